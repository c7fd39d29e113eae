/** Chooses the engine, and says which and why. */
import type { Sfu } from './types.ts';
import { createMediasoupSfu, type MediasoupSfuOptions } from './mediasoup/mediasoup-sfu.ts';
import { createWeriftSfu } from './werift/werift-sfu.ts';

/** `auto` takes mediasoup when its worker really starts, else werift. */
export type SfuEngine = 'auto' | 'mediasoup' | 'werift';

/** A running SFU, and why it is this one. */
export interface ChosenSfu {
  readonly sfu: Sfu;
  /** A clause for people, to follow "because". */
  readonly why: string;
}

/**
 * Starts an engine. Options that only mediasoup has (`tcp`, `workers`) are passed over on werift.
 * @throws {SfuError} what the engine says; with `auto` only what werift says, or that no port is free
 */
export async function openSfu(engine: SfuEngine, options: MediasoupSfuOptions = {}): Promise<ChosenSfu> {
  const ordered = `sfu.engine is ${engine}`;
  if (engine === 'werift') return { sfu: await createWeriftSfu(options), why: ordered };
  try {
    const sfu = await createMediasoupSfu(options);
    return { sfu, why: engine === 'auto' ? 'its worker starts on this machine' : ordered };
  } catch (error) {
    if (engine === 'mediasoup' || !isMissing(error)) throw error;
    return { sfu: await createWeriftSfu(options), why: error.message };
  }
}

/** Starts an engine for a moment: which `auto` takes on this machine, and why. */
export async function inspectSfu(): Promise<{ readonly engine: string; readonly why: string }> {
  const { sfu, why } = await openSfu('auto', { workers: 1 });
  await sfu.close();
  return { engine: sfu.engine, why };
}

/** No worker that starts: the other engine does. No port: the other engine would find none either. */
function isMissing(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && error.code === 'engine-gone';
}
