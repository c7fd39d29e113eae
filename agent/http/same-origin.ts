/** Development identities are for this machine's own pages: other sites in the same browser must not use them. */
import { isLoopback } from '../config/deployment.ts';

/**
 * Checks a request's Host (against DNS rebinding) and Origin (against pages of other sites).
 * @param origins pages elsewhere that are welcome all the same
 * @returns why it is refused, or undefined when it is welcome. Programs that send no Origin are welcome.
 */
export function refuseForeign(
  headers: { readonly host?: string | undefined; readonly origin?: string | undefined },
  origins: readonly string[],
): string | undefined {
  const { host, origin } = headers;
  const hosts = origins.map((allowed) => new URL(allowed).host);
  if (host === undefined || !(isLoopback(host.replace(/:\d+$/, '')) || hosts.includes(host))) {
    return 'This server answers on localhost and 127.0.0.1 only. Use one of these names in the address.';
  }
  if (origin === undefined || origins.includes(origin)) return undefined;
  if (URL.canParse(origin) && new URL(origin).host === host) return undefined;
  return 'Pages of other origins may not use this server.';
}
