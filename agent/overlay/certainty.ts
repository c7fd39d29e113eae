/** How sure a description is, in five steps that have marks and words of their own. */
import type { Description } from '../../pipeline/index.ts';
import type { Texts } from './languages.ts';

export interface Certainty {
  /** Filled marks out of four. */
  readonly level: 0 | 1 | 2 | 3 | 4;
  readonly word: keyof Texts['certainty'];
}

/** An abstention is never called sure, whatever its number says. */
export function certaintyOf({ confidence, abstained }: Pick<Description, 'confidence' | 'abstained'>): Certainty {
  if (abstained) return { level: 0, word: 'none' };
  if (confidence < 0.25) return { level: 1, word: 'guess' };
  if (confidence < 0.5) return { level: 2, word: 'unsure' };
  return confidence < 0.75 ? { level: 3, word: 'fair' } : { level: 4, word: 'quite' };
}
