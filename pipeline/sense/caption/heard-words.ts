import { INTENSIFIERS, NEGATIONS, SOFTENERS } from './word-groups.ts';

/** A word with what the words around it do to it. */
export interface HeardWord {
  /** Lower case, bare of punctuation. */
  readonly word: string;
  readonly denied: boolean;
  /** 1 after an intensifier, -1 after a softener, else 0. */
  readonly force: number;
  /** Asked or supposed, not said: "is that good?", "if it is good". */
  readonly unreal: boolean;
  /** After a "but", which outweighs what came before it. */
  readonly outweighs: boolean;
}

/** A denial reaches over this many words that carry meaning, or to the end of the clause. */
const DENIAL_REACH = 3;
const FORCE_REACH = 2;

const set = (words: string): ReadonlySet<string> => new Set(words.split(/\s+/));

const PRONOUNS =
  set(`i you he she it we they there that this i'm it's that's he's she's they're we're you're i've we've you've
  they've i'll we'll you'll there's`);
const NEW_SUBJECT = set("i we he she they it it's i'm we're they're he's she's");
/** Words that a denial passes through without getting weaker: "I don't think that this is any good". */
const LIGHT = set(`me us them these those a an the my your his her our their one
  is are was were be been being am do does did have has had having will would could can should
  to of for in on with at about think believe feel reckon say said suppose
  really very so too all any ever even quite much exactly particularly going gonna single`);
/** What may follow the verb that opens a question. */
const SUBJECTS = set(
  'the my your our their anyone anybody everyone everybody everything anything any some these those',
);
const UNREAL = set('if whether unless');
const CONTRAST = set('but however though although');
const ASKS = /^(is|are|was|were|do|does|did|can|could|would|will|should|has|have|am)$/;
/** "Isn't it lovely" and "didn't we do well" affirm. */
const AFFIRMS = /^(is|are|was|were|do|does|did|would|has|have)n'?t$/;

/** The words of a text and how each is meant. */
export function hearWords(text: string): HeardWord[] {
  const tokens = text.split(/\s+/);
  const heard: HeardWord[] = [];
  let [reach, force, forceReach] = [0, 0, 0];
  let [starts, unreal, outweighs] = [true, false, false];
  for (let i = 0; i < tokens.length; i++) {
    const word = bareWord(tokens[i]);
    if (word === '') continue;
    const next = bareWord(tokens[i + 1] ?? '');
    // "Not wrong, it looks great", as captions write it: a new subject after what was denied begins a new clause.
    if (CONTRAST.has(word) || (reach < DENIAL_REACH && NEW_SUBJECT.has(word))) reach = 0;
    outweighs ||= word === 'but' || word === 'however';
    unreal = (unreal && word !== 'how') || UNREAL.has(word) || (starts && ASKS.test(word) && isSubject(next));
    heard.push({ word, denied: reach > 0, force: forceReach > 0 ? force : 0, unreal, outweighs });

    if (denies(word, next, starts)) reach = DENIAL_REACH;
    else if (!LIGHT.has(word) && !PRONOUNS.has(word)) reach--;
    forceReach--;
    if (INTENSIFIERS.has(word) || SOFTENERS.has(word)) {
      force = INTENSIFIERS.has(word) ? 1 : -1;
      forceReach = FORCE_REACH;
    }
    starts = /[.;:!?]$/.test(tokens[i]);
    // A comma or a stop ends what "not" reaches: "no, I am happy".
    if (starts || tokens[i].endsWith(',')) reach = 0;
    if (starts) unreal = false;
  }
  return heard;
}

function isSubject(word: string): boolean {
  return PRONOUNS.has(word) || SUBJECTS.has(word);
}

function denies(word: string, next: string, starts: boolean): boolean {
  // "No" before a sentence answers; before a noun it denies.
  if (word === 'no') return !PRONOUNS.has(next);
  if (starts && AFFIRMS.test(word) && isSubject(next)) return false;
  return NEGATIONS.has(word);
}

/** Lower case, without what surrounds the word; apostrophes and hyphens inside stay. */
export function bareWord(word: string): string {
  return word.toLowerCase().replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '');
}
