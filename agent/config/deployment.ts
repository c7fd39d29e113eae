/** What the law and plain caution ask of a configuration before anything starts. */
import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { ConfigError } from './config-error.ts';
import type { Config } from './schema.ts';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** True for `localhost`, 127.0.0.0/8 and ::1 (with or without brackets): addresses that only this machine reaches. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  if (isIPv4(bare)) return loopback.check(bare, 'ipv4');
  if (isIPv6(bare)) return loopback.check(bare, 'ipv6');
  return bare === 'localhost' || bare.endsWith('.localhost');
}

/**
 * Refuses what must not start: emotion inference at work or in education without a recorded medical or safety basis,
 * and listening beyond this machine without asking people who they are, or in the clear.
 * @throws {ConfigError} `context-prohibited` or `binding-refused`
 */
export function checkDeployment(config: Config): void {
  const { context, basis } = config.deployment;
  if ((context === 'workplace' || context === 'education') && basis === undefined) {
    throw new ConfigError('context-prohibited', prohibited(context));
  }
  if (context === 'demo' && config.server.origins.length > 0) {
    throw new ConfigError(
      'binding-refused',
      'server.origins lets other sites in, but the demo is for this machine only. Declare another deployment.context.',
    );
  }
  if (context === 'demo' && !config.media.listenIps.every(isLoopback)) {
    throw new ConfigError(
      'binding-refused',
      'media.listenIps holds addresses that other machines can reach, but the demo is for this machine only. Use 127.0.0.1, or declare another deployment.context.',
    );
  }
  if (isLoopback(config.server.host)) return;
  const why = whyNotPublic(config);
  if (why === undefined) return;
  throw new ConfigError(
    'binding-refused',
    `server.host is "${config.server.host}", which other machines can reach, but ${why}`,
  );
}

/** What is missing before other machines may reach the server. */
function whyNotPublic({ deployment, auth, server }: Config): string | undefined {
  if (deployment.context === 'demo')
    return (
      'the demo asks nobody who they are. Use 127.0.0.1; or start with --lan, which lets people on your network in by ' +
      'invitation; or declare another deployment.context and configure auth.'
    );
  if (!asksForTokens(auth))
    return 'anybody who connects could join, because no key for room tokens is configured. Set auth.secret, auth.jwksFile or auth.jwksUrl; or use 127.0.0.1.';
  if (server.tls === undefined && server.trustedProxies.length === 0)
    return 'tokens and what is said would travel in the clear. Set server.tls; or, if a proxy in front speaks HTTPS, name it in server.trustedProxies.';
  return undefined;
}

/** Whether a key is configured that tokens are checked with; without one everybody on this machine may join. */
export function asksForTokens({ secret, secretFile, jwksFile, jwksUrl }: Config['auth']): boolean {
  return [secret, secretFile, jwksFile, jwksUrl].some((source) => source !== undefined);
}

function prohibited(context: string): string {
  const place = context === 'workplace' ? 'at work' : 'in education';
  return (
    `deployment.context is "${context}": inferring the emotions of people ${place} is prohibited by the EU AI Act, ` +
    'Article 5(1)(f) (Regulation (EU) 2024/1689), except for medical or safety reasons. If such a reason holds, record it: ' +
    'deployment.basis with kind (medical or safety), reference (the document that says so) and recordedBy (who answers ' +
    'for it). If none holds, do not run Undertone here.'
  );
}
