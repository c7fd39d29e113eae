import type { HeardWord } from './heard-words.ts';
import { valenceOf } from './word-valence.ts';

export interface Sentiment {
  /** -1..1 */
  readonly valence: number;
  /** What speaks for and against, each 0..1. */
  readonly positive: number;
  readonly negative: number;
}

/** The constants of VADER (Hutto and Gilbert 2014), measured there on human ratings. */
const FORCE = 0.293;
const EXCLAMATION = 0.292;
const MOST_EXCLAMATIONS = 4;
const BEFORE_BUT = 0.5;
const AFTER_BUT = 1.5;
const HALFWAY = 15;
/** What is asked, supposed or taken as given is not said: a single word of praise stays below what counts as sentiment. */
const UNREAL = 0.2;

/** How good or bad it is what these words say: lexicon ratings after denial, force, doubt and contrast. */
export function sentimentOf(words: readonly HeardWord[], exclamations: number): Sentiment {
  const contrast = words.some(({ outweighs }) => outweighs);
  let positive = 0;
  let negative = 0;
  for (const heard of words) {
    const rating = ratingOf(heard) * (contrast ? (heard.outweighs ? AFTER_BUT : BEFORE_BUT) : 1);
    if (rating > 0) positive += rating;
    else negative -= rating;
  }
  const emphasis = EXCLAMATION * Math.min(exclamations, MOST_EXCLAMATIONS);
  if (positive > negative) positive += emphasis;
  else if (negative > positive) negative += emphasis;
  return { valence: normal(positive - negative), positive: normal(positive), negative: normal(negative) };
}

function ratingOf({ word, denied, force, unreal, given }: HeardWord): number {
  const rating = valenceOf(word, denied);
  if (rating === 0) return 0;
  return (rating + Math.sign(rating) * FORCE * force) * (unreal || given ? UNREAL : 1);
}

function normal(sum: number): number {
  return sum / Math.sqrt(sum * sum + HALFWAY);
}
