/** `undertone start --lan`: serves one's own network, by HTTPS and by invitation. */
import type { LanParts } from '../agent.ts';
import { ConfigError } from '../config/config-error.ts';
import { isLoopback } from '../config/deployment.ts';
import type { Config } from '../config/schema.ts';
import { lanAddresses, lanNames } from '../tls/lan-addresses.ts';
import { selfMadeCertificate } from '../tls/self-made.ts';

const EVERY_ADDRESS = '0.0.0.0';

/** What it takes to serve the network, besides invitations. */
export interface Lan extends Pick<LanParts, 'tls' | 'names'> {
  readonly config: Config;
  readonly fingerprint: string;
}

/**
 * @param host listen on this address only; on all when not given
 * @param folder where the certificate is kept
 * @throws {ConfigError} when this machine is on no network, or speaks HTTPS already
 */
export async function openLan(config: Config, host?: string, folder?: string): Promise<Lan> {
  if (config.server.tls !== undefined)
    throw new ConfigError('config-invalid', '--lan makes a certificate of its own. Leave --lan out, or server.tls.');
  const addresses = host === undefined || host === EVERY_ADDRESS ? lanAddresses() : [host];
  const [first, ...others] = addresses;
  if (first === undefined)
    throw new ConfigError(
      'config-invalid',
      '--lan: this machine has no address on a network. Connect it, or name one with --host.',
    );
  const names = [first, ...others, ...lanNames()] as const;
  const { fingerprint, ...tls } = await selfMadeCertificate({ names: [...names, 'localhost', '127.0.0.1'], folder });
  const { server, media } = config;
  const listenIps = media.listenIps.every(isLoopback) ? addresses : media.listenIps;
  return {
    config: { ...config, server: { ...server, host: host ?? EVERY_ADDRESS }, media: { ...media, listenIps } },
    tls,
    names,
    fingerprint,
  };
}

/** What people need to know to come in, for the terminal. @param url where the agent is */
export function joinLines(code: string, url: string, { names }: Lan): string {
  const { port } = new URL(url);
  const links = names
    .filter((name) => name.includes('.'))
    .map((name) => `  https://${name}${port === '' ? '' : `:${port}`}/join/${code}`);
  return [
    'One person comes in by one of these links, within ten minutes (the next is printed when it is used):',
    ...links,
    '',
  ].join('\n');
}

/** What to compare with what the browser says. */
export function fingerprintLines(fingerprint: string): string {
  return [
    'Browsers warn once, because nobody but this machine vouches for its certificate. Go on if its SHA-256 fingerprint is',
    `  ${fingerprint}`,
    '',
  ].join('\n');
}
