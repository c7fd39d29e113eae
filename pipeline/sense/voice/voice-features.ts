/** Where each voice feature lies in a row. `models/features.json` is the contract; this finds its way in it by name. */
import { FEATURES as contract } from '../../../models/index.ts';

/** Numbers in a row of `voice.features`. */
export const VOICE_WIDTH = contract.voice.features.length;

/** Index of a feature in the row; throws at start-up when the contract lacks it. */
export function voiceColumn(name: string): number {
  const index = contract.voice.features.indexOf(name);
  if (index < 0)
    throw new Error(`models/features.json has no voice feature "${name}": the sense and the contract disagree`);
  return index;
}
