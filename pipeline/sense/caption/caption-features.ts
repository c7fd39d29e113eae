import { FEATURES as contract } from '../../../models/index.ts';
import { bareWord, type HeardWord, hearWords } from './heard-words.ts';
import { isIronic } from './irony.ts';
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
/** Irony is a guess: enough for the sign, too little to be told as negative words. */
const IRONIC_VALENCE = -0.3;
/** The doubt about it is shown as half a hedge, which is too little to be told as one. */
const IRONIC_HEDGE = 0.5;

/**
 * What the words of a hop say: fills `into` (`CAPTION_WIDTH` numbers) with `caption.features`, English only. Valence by the
 * ratings of VADER (Hutto and Gilbert 2014) and emotions by word groups of our own, both read after idioms were put into plain
 * words. What sounds ironic is read as slightly negative and as a hedge. Empty text leaves zeros; `valid` is the caller's to set
 * to 0 when no captions flow. Pure.
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
  into[AT.trust] = 1;
  into[AT.length] = Math.min(words.length / LONG_HOP_WORDS, 1);
  into[AT.question] = Number(said.endsWith('?') || (!/[.!]$/.test(said) && QUESTION_START.test(lower)));
  into[AT.negated] = Number(words.some((word) => NEGATIONS.has(bareWord(word))));
  into[AT.hedge] = saturate(hedges(words, lower));
  into[AT.arousal] = arousal(words, said);
  writeSentiment(heard, said, into);
  writeEmotions(heard, into);
  if (isIronic(lower, plain)) takeBack(into);
}

function writeSentiment(heard: readonly HeardWord[], said: string, into: Float32Array): void {
  const { valence, positive, negative } = sentimentOf(heard, said.split('!').length - 1);
  into[AT.valence] = valence;
  into[AT.positive] = positive;
  into[AT.negative] = negative;
}

function writeEmotions(heard: readonly HeardWord[], into: Float32Array): void {
  for (const { word, denied, force } of heard) {
    const emotion = denied ? undefined : emotionOf(word);
    if (emotion !== undefined) add(emotion, force > 0 ? INTENSE_WEIGHT : WORD_WEIGHT, into);
  }
}

/** What was praise is none, and the speaker is more likely annoyed than glad. */
function takeBack(into: Float32Array): void {
  into[AT.valence] = IRONIC_VALENCE;
  into[AT.negative] = -IRONIC_VALENCE;
  into[AT.positive] = 0;
  into[AT.hedge] = Math.max(into[AT.hedge], IRONIC_HEDGE);
  into[AT.joy] = 0;
  add('anger', WORD_WEIGHT / 2, into);
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
