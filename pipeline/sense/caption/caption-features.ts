import { FEATURES as contract } from '../../../models/index.ts';
import { bareWord, type HeardWord, hearWords } from './heard-words.ts';
import { readWords } from './learned-reader.ts';
import { inPlainWords } from './plain-words.ts';
import { sentimentOf } from './sentiment.ts';
import {
  type Emotion,
  emotionOf,
  HEDGE_PHRASES,
  HEDGES,
  INTENSIFIERS,
  NEGATIONS,
  QUESTION_START,
} from './word-groups.ts';

/** Numbers in a row of `caption.features`. */
export const CAPTION_WIDTH = contract.caption.features.length;

const AT = Object.fromEntries(contract.caption.features.map((name, index) => [name, index]));

/** Half a second holds a few words; what is longer is cut, so that no caption can cost more than it is worth. */
const MOST_CHARACTERS = 400;
const LONGEST_WORD = 30;
const LONG_HOP_WORDS = 20;
/** One word of an emotion says this much; each further one this share of what is left. */
const WORD_WEIGHT = 0.6;
const INTENSE_WEIGHT = 0.8;
/** The least that a reading with a sign moves valence, before how strong the words are. */
const LEAST_SIGN = 0.2;
/** A neutral reading leaves this much of what speaks for a sign. */
const NEUTRAL_SHARE = 0.14;
/** Plain words of good or bad news say this much of what the strongest words say. */
const PLAIN_STRENGTH = 0.75;
/** Below its negative joy is not told; people who are glad may also be afraid, unless they are clearly glad. */
const SIGN = 0.15;
const CLEARLY_GOOD = 0.6;

/**
 * What the words of a hop say: fills `into` (`CAPTION_WIDTH` numbers) with one row of `caption.features`, English only. The sign
 * of valence and how far to trust it by a learned reader, its strength by the ratings of VADER (Hutto and Gilbert 2014),
 * emotions by word groups of our own; the latter two read after idioms were put into plain words. Empty text leaves zeros;
 * a row of zeros is the caller's to give when no captions flow. Pure.
 * @param number of the utterance; told mod 8
 */
export function captionFeatures(text: string, into: Float32Array, number = 0): void {
  into.fill(0);
  into[AT.valid] = 1;
  const said = text.slice(0, MOST_CHARACTERS).replace(/[’‘]/g, "'").trim();
  const words = said.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word) && word.length <= LONGEST_WORD);
  if (words.length === 0) return;
  const lower = said.toLowerCase();
  const plain = inPlainWords(lower);
  const heard = hearWords(plain);
  into[AT.present] = 1;
  for (const bit of [1, 2, 4]) into[AT[`turn${bit}`]] = Number((number & bit) > 0);
  into[AT.length] = Math.min(words.length / LONG_HOP_WORDS, 1);
  into[AT.question] = Number(said.endsWith('?') || (!/[.!]$/.test(said) && QUESTION_START.test(lower)));
  into[AT.negated] = Number(words.some((word) => NEGATIONS.has(bareWord(word))));
  into[AT.hedge] = saturate(hedges(words, lower));
  into[AT.arousal] = arousal(words, said);
  writeSentiment(heard, said, into);
  writeEmotions(heard, into);
}

function writeSentiment(heard: readonly HeardWord[], said: string, into: Float32Array): void {
  const rated = sentimentOf(heard, said.split('!').length - 1).valence;
  const { neutral, positive, negative, trust } = readWords(said, rated);
  const sign = Math.sign(positive - negative);
  const strength = PLAIN_STRENGTH + (1 - PLAIN_STRENGTH) * Math.max(0, sign * rated);
  const most = Math.max(positive, negative);
  const lead = most - Math.max(neutral, Math.min(positive, negative));
  into[AT.valence] =
    lead > 0 ? sign * strength * (LEAST_SIGN + (1 - LEAST_SIGN) * lead) : NEUTRAL_SHARE * (positive - negative);
  into[AT.positive] = positive * strength;
  into[AT.negative] = negative * strength;
  into[AT.trust] = trust;
}

function writeEmotions(heard: readonly HeardWord[], into: Float32Array): void {
  for (const { word, denied, force } of heard) {
    const emotion = denied ? undefined : emotionOf(word);
    if (emotion !== undefined && fits(emotion, into[AT.valence]))
      add(emotion, force > 0 ? INTENSE_WEIGHT : WORD_WEIGHT, into);
  }
}

/** Nobody is told to be glad who speaks of bad luck ("love it when it crashes"), nor sad who cried laughing. */
function fits(emotion: Emotion, valence: number): boolean {
  if (emotion === 'surprise') return true;
  return emotion === 'joy' ? valence > -SIGN : valence < CLEARLY_GOOD;
}

function add(emotion: Emotion, weight: number, into: Float32Array): void {
  into[AT[emotion]] += weight * (1 - into[AT[emotion]]);
}

/** Intensifiers, exclamation marks and shouted words. */
function arousal(words: readonly string[], said: string): number {
  const intensifiers = words.filter((word) => INTENSIFIERS.has(bareWord(word))).length;
  const exclamations = Math.min(said.split('!').length - 1, 3);
  // Captions all in capitals are a captioner's style, not shouting.
  const style = words.length > 1 && said === said.toUpperCase();
  const shouted = style ? 0 : words.filter((word) => /\p{Lu}{3}/u.test(word) && word === word.toUpperCase()).length;
  return saturate(0.7 * intensifiers + exclamations + shouted);
}

function hedges(words: readonly string[], lower: string): number {
  const single = words.filter((word) => HEDGES.has(bareWord(word))).length;
  return single + HEDGE_PHRASES.filter((phrase) => phrase.test(lower)).length;
}

function saturate(count: number): number {
  return 1 - 0.5 ** count;
}
