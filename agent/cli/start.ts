/** `undertone start`: serves until it is told to stop. */
import { pino } from 'pino';
import { startAgent, type Agent, type AgentParts } from '../agent.ts';
import { Invitations } from '../auth/invitations.ts';
import { loadConfig } from '../config/load.ts';
import { inPackage } from '../package-root.ts';
import { openParts } from '../parts.ts';
import { fingerprintLines, joinLines, openLan, type Lan } from './lan.ts';
import { stopOnSignal } from './stop-signal.ts';

export interface StartOptions {
  readonly port?: number;
  readonly host?: string;
  readonly lan?: boolean;
  readonly config?: string;
  readonly logLevel?: string;
}

/** The room that invitations are for. */
const LAN_ROOM = 'demo';

/** What of logged objects is never written down, should it get there by mistake. */
const REDACTED = [
  'token',
  '*.token',
  'secret',
  '*.secret',
  'authorization',
  '*.authorization',
  '*.headers',
  'sdp',
  '*.sdp',
];

/** Prints the address on standard output once calls are served; resolves when the last one has ended. */
export async function start(options: StartOptions): Promise<void> {
  const loaded = loadConfig({
    file: options.config ?? inPackage('configs/default.yaml'),
    environment: process.env,
    flags: [
      [['server', 'port'], options.port, '--port'],
      [['server', 'host'], options.lan === true ? undefined : options.host, '--host'],
      [['log', 'level'], options.logLevel, '--log-level'],
    ],
  });
  const log = pino({ level: loaded.log.level, redact: REDACTED }, pino.destination({ dest: 2, sync: true }));
  const stop = stopSignal();
  const lan = options.lan === true ? await openLan(loaded, options.host) : undefined;
  const config = lan?.config ?? loaded;
  const parts = await openParts(config, log);
  try {
    const served = { ...parts, log, pageDir: inPackage('dist/page') };
    const agent = lan ? await startOnLan(lan, served) : await startAgent(config, served);
    if (!lan) process.stdout.write(`${agent.url}\n`);
    stopOnSignal(agent, log);
    await stop;
    log.info('ending calls; once more ends at once');
    await agent.close();
  } finally {
    await parts.close();
  }
}

/** Serves the network, and prints one link after the other. */
async function startOnLan(lan: Lan, parts: AgentParts): Promise<Agent> {
  const invitations = new Invitations({
    room: LAN_ROOM,
    onCode: (code) => process.stdout.write(joinLines(code, agent.url, lan)),
  });
  const agent = await startAgent(lan.config, { ...parts, lan: { ...lan, invitations } });
  process.stdout.write(fingerprintLines(lan.fingerprint));
  invitations.renew();
  return agent;
}

/** Resolves at the first SIGINT or SIGTERM; the second ends the process. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    const ask = (): void => {
      if (asked) process.exit(1);
      asked = true;
      resolve();
    };
    process.on('SIGINT', ask);
    process.on('SIGTERM', ask);
  });
}
