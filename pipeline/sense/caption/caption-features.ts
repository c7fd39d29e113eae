import vader from 'vader-sentiment';
import { FEATURES as contract } from '../../../models/index.ts';
import {
  type Emotion,
  emotionOf,
  HEDGE_PHRASES,
  HEDGES,
  INTENSIFIERS,
  IRONY,
  NEGATIONS,
  QUESTION_START,
} from './word-groups.ts';

/** Numbers in a row of `caption.features`. */
export const CAPTION_WIDTH = contract.caption.features.length;

const AT = Object.fromEntries(contract.caption.features.map((name, index) => [name, index]));

/** Half a second holds a few words; what is longer is cut, so that no caption can cost more than it is worth. */
const MOST_CHARACTERS = 400;
const LONGEST_WORD = 30;
/** A negation reaches over this many words, or to the end of the clause. */
const NEGATION_REACH = 3;
const LONG_HOP_WORDS = 20;
/** One word of an emotion says this much; each further one this share of what is left. */
const WORD_WEIGHT = 0.6;
const INTENSE_WEIGHT = 0.8;
/** Words that the lexicon scores as praise and people use as manners or filler. */
const MANNERS = /\b(please|well,|like,|shar(e|ed|ing)|pretty(?= (much|sure|bad|sad|awful|terrible)))/gi;

/**
 * What the words of a hop say: fills `into` (`CAPTION_WIDTH` numbers) with `caption.features`, English only. Valence by VADER
 * (Hutto and Gilbert 2014), emotions by word groups of our own. Empty text leaves zeros; `valid` is the caller's to set to 0
 * when no captions flow. Pure.
 */
export function captionFeatures(text: string, into: Float32Array): void {
  into.fill(0);
  into[AT.valid] = 1;
  const said = text.slice(0, MOST_CHARACTERS).replace(/[’‘]/g, "'").trim();
  const words = said.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word) && word.length <= LONGEST_WORD);
  if (words.length === 0) return;
  const lower = said.toLowerCase();
  const ironic = IRONY.some((mark) => mark.test(lower));
  into[AT.present] = 1;
  into[AT.length] = Math.min(words.length / LONG_HOP_WORDS, 1);
  into[AT.question] = Number(said.endsWith('?') || (!/[.!]$/.test(said) && QUESTION_START.test(lower)));
  into[AT.hedge] = saturate(hedges(words, lower));
  into[AT.arousal] = arousal(words, said);
  writeSentiment(words.join(' '), ironic, into);
  writeEmotions(words, ironic, into);
}

function writeSentiment(said: string, ironic: boolean, into: Float32Array): void {
  const { compound, pos, neg } = vader.SentimentIntensityAnalyzer.polarity_scores(said.replace(MANNERS, ' '));
  into[AT.valence] = ironic ? -Math.abs(compound) : compound;
  into[AT.positive] = ironic ? 0 : pos;
  into[AT.negative] = ironic ? Math.max(pos, neg) : neg;
}

function writeEmotions(words: readonly string[], ironic: boolean, into: Float32Array): void {
  let sinceNegation = NEGATION_REACH + 1;
  let intense = false;
  for (const word of words) {
    const bare = bareWord(word);
    const emotion = emotionOf(bare);
    if (emotion !== undefined && sinceNegation > NEGATION_REACH)
      add(emotion, intense ? INTENSE_WEIGHT : WORD_WEIGHT, into);
    sinceNegation = NEGATIONS.has(bare) ? 1 : sinceNegation + 1;
    if (NEGATIONS.has(bare)) into[AT.negated] = 1;
    // A comma or a stop ends what "not" reaches: "no, I am happy".
    if (/[,.;:!?]$/.test(word) || bare === 'but') sinceNegation = NEGATION_REACH + 1;
    intense = INTENSIFIERS.has(bare);
  }
  if (!ironic) return;
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

/** Lower case, without what surrounds the word; apostrophes and hyphens inside stay. */
function bareWord(word: string): string {
  return word.toLowerCase().replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '');
}
