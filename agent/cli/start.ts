/** `undertone start`: serves until it is told to stop. */
import { pino } from 'pino';
import { startAgent } from '../agent.ts';
import { loadConfig } from '../config/load.ts';
import { inPackage } from '../package-root.ts';
import { openParts } from '../parts.ts';

export interface StartOptions {
  readonly port?: number;
  readonly host?: string;
  readonly config?: string;
  readonly logLevel?: string;
}

/** Prints the address on standard output once calls are served; resolves when the last one has ended. */
export async function start(options: StartOptions): Promise<void> {
  const config = loadConfig({
    file: options.config ?? inPackage('configs/default.yaml'),
    environment: process.env,
    flags: [
      [['server', 'port'], options.port, '--port'],
      [['server', 'host'], options.host, '--host'],
      [['log', 'level'], options.logLevel, '--log-level'],
    ],
  });
  const log = pino({ level: config.log.level }, pino.destination({ dest: 2, sync: true }));
  const stop = stopSignal();
  const parts = await openParts(config, log);
  try {
    const agent = await startAgent(config, { ...parts, log, pageDir: inPackage('dist/page') });
    process.stdout.write(`${agent.url}\n`);
    await stop;
    log.info('ending calls; once more ends at once');
    await agent.close();
  } finally {
    await parts.close();
  }
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
