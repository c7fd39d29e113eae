/** Chooses the engine, and says which and why. */
import type { Sfu } from './types.ts';
import { createMediasoupSfu, type MediasoupSfuOptions } from './mediasoup/mediasoup-sfu.ts';
import { createWeriftSfu } from './werift/werift-sfu.ts';

/** `auto` takes mediasoup when its worker really starts, else werift. */
export type SfuEngine = 'auto' | 'mediasoup' | 'werift';

/** A running SFU, and a line for people on how it came to be this one. */
export interface ChosenSfu {
  readonly sfu: Sfu;
  readonly why: string;
}

/**
 * Starts an engine. Options that only mediasoup has (`tcp`, `workers`) are passed over on werift.
 * @throws {SfuError} what the engine says; with `auto` only what werift says, or that no port is free
 */
export async function openSfu(engine: SfuEngine, options: MediasoupSfuOptions = {}): Promise<ChosenSfu> {
  if (engine === 'werift')
    return { sfu: await createWeriftSfu(options), why: 'media engine: werift, as sfu.engine says' };
  try {
    const sfu = await createMediasoupSfu(options);
    const { workers } = await sfu.stats();
    const reason = engine === 'auto' ? 'its worker starts' : 'as sfu.engine says';
    return { sfu, why: `media engine: mediasoup with ${workers} worker${workers === 1 ? '' : 's'}, ${reason}` };
  } catch (error) {
    if (engine === 'mediasoup' || !isMissing(error)) throw error;
    return { sfu: await createWeriftSfu(options), why: `media engine: werift, because ${lowerFirst(error.message)}` };
  }
}

/** Starts an engine for a moment and says which `auto` takes here, and why. */
export async function inspectSfu(): Promise<string> {
  const { sfu, why } = await openSfu('auto', { workers: 1 });
  await sfu.close();
  return why;
}

/** No worker that starts: the other engine does. No port: the other engine would find none either. */
function isMissing(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && error.code === 'engine-gone';
}

function lowerFirst(text: string): string {
  return text.startsWith('The ') || text.startsWith('A ') ? text[0].toLowerCase() + text.slice(1) : text;
}
