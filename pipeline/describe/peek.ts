/** Reads hops that are not over yet, without the memory taking note of them. */
import type { AffectModel, HopResult, ParticipantMemory } from '../../models/index.ts';
import type { DescribableHop } from './hop-input.ts';

/**
 * Runs the hops on a fork of the memory and drops the fork, so that what is remembered stays exactly what it would be had
 * nobody looked: the whole hops come later. Tensors of a run are never written to by another, so a fork costs nothing to make.
 * @returns the heads after the last of them; `undefined` for none, or when the memory was closed meanwhile
 */
export async function peek(
  model: Pick<AffectModel, 'createMemory' | 'hop'>,
  memory: ParticipantMemory,
  hops: readonly DescribableHop[],
  said: Float32Array,
): Promise<HopResult | undefined> {
  const fork = model.createMemory();
  const shared = memory.batch;
  fork.batch = shared;
  fork.row = memory.row;
  fork.count = memory.count;
  let heads: HopResult | undefined;
  try {
    for (const { face, voice, caption } of hops) {
      if (memory.closed) break;
      [heads] = await model.hop([{ memory: fork, face, voice, caption, said }]);
    }
    // The outputs are the fork's own; they are wiped with it.
    return memory.closed || heads === undefined ? undefined : copyOf(heads);
  } finally {
    // Still the memory's own row when no run came through: not the fork's to wipe.
    if (fork.batch === shared) fork.batch = undefined;
    fork.close();
  }
}

function copyOf(heads: HopResult): HopResult {
  const { vad, vadSd, labels, cues, cueStrength, reliability } = heads;
  return {
    ...heads,
    vad: vad.slice(),
    vadSd: vadSd.slice(),
    labels: labels.slice(),
    cues: cues.slice(),
    cueStrength: cueStrength.slice(),
    reliability: reliability.slice(),
  };
}
