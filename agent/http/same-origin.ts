/** Pages of other sites in the same browser must not use this server as if they were its own. */
import { isIP } from 'node:net';
import { isLoopback } from '../config/deployment.ts';

/** Which hosts and pages are welcome besides this machine's own. */
export interface Welcome {
  /** Pages elsewhere (`server.origins`); their hosts are names of this server too. */
  readonly origins: readonly string[];
  /** Other names and addresses of this machine, without port. */
  readonly names: readonly string[];
  /** True when any address may be used as host, because people are asked who they are. */
  readonly addresses: boolean;
}

/**
 * Checks a request's Host (against DNS rebinding) and Origin (against pages of other sites).
 * @returns why it is refused, or undefined when it is welcome. Programs that send no Origin are welcome.
 */
export function refuseForeign(
  headers: { readonly host?: string | undefined; readonly origin?: string | undefined },
  welcome: Welcome,
): string | undefined {
  const { host, origin } = headers;
  if (host === undefined || !isKnownHost(host, welcome)) {
    return 'This server does not answer to that name. Use localhost or 127.0.0.1; server.origins names other addresses.';
  }
  if (origin === undefined || welcome.origins.includes(origin)) return undefined;
  if (URL.canParse(origin) && new URL(origin).host === host.toLowerCase()) return undefined;
  return 'Pages of other origins may not use this server.';
}

function isKnownHost(host: string, { origins, names, addresses }: Welcome): boolean {
  const name = host.toLowerCase().replace(/:\d+$/, '');
  const bare = name.replace(/^\[(.*)\]$/, '$1');
  if (isLoopback(name) || names.includes(bare)) return true;
  if (addresses && isIP(bare) !== 0) return true;
  return origins.some((origin) => new URL(origin).host === host.toLowerCase());
}
