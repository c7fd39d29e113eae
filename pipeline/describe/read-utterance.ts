/** What the words of an utterance say, as far as finding causes goes. */
import { FEATURES as contract } from '../../models/index.ts';
import { CAPTION_WIDTH, captionFeatures } from '../sense/caption/caption-features.ts';
import type { HeardUtterance } from './cause.ts';

const AT = Object.fromEntries(contract.caption.features.map((name, index) => [name, index]));
const row = new Float32Array(CAPTION_WIDTH);

/** Reads one utterance's words. Pure. */
export function readUtterance(text: string): Pick<HeardUtterance, 'valence' | 'intensity' | 'question'> {
  captionFeatures(text, row);
  // Half trusted is trusted; what may well be misread weighs less.
  const valence = row[AT.valence] * Math.min(1, 2 * row[AT.trust]);
  return {
    valence,
    intensity: Math.max(row[AT.arousal], Math.abs(valence)),
    question: row[AT.question] > 0,
  };
}
