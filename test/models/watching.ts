import type { AffectModel, HopItem, HopResult, ParticipantMemory, SpeakUpdate } from '../../models/index.ts';
import { CAPTION_SHAPE, FACE_SHAPE, VOICE_SHAPE } from '../../models/runtime/session.ts';
import { noise } from './test-pack.ts';

/** Hop `hop` of somebody: rows that sensors could have given (noise, the same each time), marked valid. */
export function hopItem(model: AffectModel, memory: ParticipantMemory, person: number, hop: number): HopItem {
  const rows = ([count, width]: readonly [number, number], seed: number): Float32Array => {
    const values = noise(seed, count * width);
    for (let row = 1; row <= count; row += 1) values[row * width - 1] = 1;
    return values;
  };
  const seed = person * 1000 + hop;
  const said = new Float32Array(model.pack.manifest.saidSize);
  return {
    memory,
    face: rows(FACE_SHAPE, seed),
    voice: rows(VOICE_SHAPE, seed + 500_000),
    caption: new Float32Array(CAPTION_SHAPE[0]),
    said,
  };
}

/** Runs some hops of these people in one batch. */
export async function watch(
  model: AffectModel,
  people: readonly number[],
  hops: number,
): Promise<{ memories: ParticipantMemory[]; last: HopResult[] }> {
  const memories = people.map(() => model.createMemory());
  let last: HopResult[] = [];
  for (let hop = 0; hop < hops; hop += 1) {
    last = await model.hop(people.map((person, i) => hopItem(model, memories[i], person, hop)));
  }
  return { memories, last };
}

/** Lets them speak in one batch; the last update of each. */
export async function texts(
  model: AffectModel,
  memories: readonly ParticipantMemory[],
  heads: readonly HopResult[],
  chunk = 8,
): Promise<SpeakUpdate[]> {
  const ends: SpeakUpdate[] = [];
  const said = new Float32Array(model.pack.manifest.saidSize);
  const items = memories.map((memory, i) => ({ memory, said, cues: heads[i].cues }));
  for await (const updates of model.speak(items, { chunk })) {
    for (const update of updates) if (update.done) ends[update.item] = update;
  }
  return ends;
}
