/** What the words of an utterance say, as far as finding causes goes. */
import { FEATURES as contract } from '../../models/index.ts';
import { CAPTION_WIDTH, captionFeatures } from '../sense/caption/caption-features.ts';
import type { HeardUtterance } from './cause.ts';

const AT = Object.fromEntries(contract.caption.features.map((name, index) => [name, index]));
const row = new Float32Array(CAPTION_WIDTH);

/** Reads one utterance's words. Pure. */
export function readUtterance(text: string): Pick<HeardUtterance, 'valence' | 'intensity' | 'question'> {
  captionFeatures(text, row);
  return {
    valence: row[AT.valence],
    intensity: Math.max(row[AT.arousal], row[AT.positive], row[AT.negative]),
    question: row[AT.question] > 0,
  };
}
