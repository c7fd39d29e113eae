/** Opens what an agent stands on: the SFU and the analysis. */
import type { Logger } from 'pino';
import { bundledPackDir } from '../models/index.ts';
import { openAnalysis, type AnalysisPool } from '../pipeline/index.ts';
import { openSfu, type Sfu } from '../sfu/index.ts';
import type { Config } from './config/schema.ts';

export interface Parts {
  readonly sfu: Sfu;
  readonly analysis: AnalysisPool;
  /** Idempotent. */
  close(): Promise<void>;
}

/** Starts both. @throws {SfuError} {@link AnalysisError} {@link ModelError}; nothing is left running then */
export async function openParts(config: Config, log: Logger): Promise<Parts> {
  const { packDir, faceCacheDir, providers, workers } = config.analysis;
  const analysis = await openAnalysis({
    packDir: packDir ?? bundledPackDir(),
    providers,
    workers,
    ...(faceCacheDir === undefined ? {} : { faceCacheDir }),
    log: (level, message, details) => log[level](details ?? {}, message),
  });
  try {
    const sfu = await chooseSfu(config, log);
    return {
      sfu,
      analysis,
      async close() {
        await Promise.all([sfu.close(), analysis.close()]);
      },
    };
  } catch (error) {
    await analysis.close();
    throw error;
  }
}

async function chooseSfu({ media, server, sfu }: Config, log: Logger): Promise<Sfu> {
  const { listenIps, udpPorts, announcedAddress } = media;
  const chosen = await openSfu(sfu.engine, {
    listenIps,
    ...(udpPorts === undefined ? {} : { udpPorts }),
    ...(announcedAddress === undefined ? {} : { announcedAddress }),
    ...(sfu.workers === undefined ? {} : { workers: sfu.workers }),
    tcp: sfu.tcp,
    // One publication and one viewer for each session, and room for those that reconnect.
    limits: { publications: 2 * server.maxSessions, viewers: 2 * server.maxSessions },
    log: (message) => log.info(message),
  });
  log.info(`media engine: ${chosen.sfu.engine}, because ${chosen.why}`);
  return chosen.sfu;
}
