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
  /** Right behind "the": taken as given, not said ("the war memorial", "the weak points"). */
  readonly given: boolean;
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
const NEW_SUBJECT = set("i we he she they it's i'm we're they're he's she's");
/** What makes of "it" a subject. */
const AFTER_IT = set(
  'is was looks look does did feels felt sounds sounded works worked will would has makes made went',
);
/** Words that a denial passes through without getting weaker: "I don't think that this is any good". */
const LIGHT = set(`me us them these those a an the my your his her our their one
  is are was were be been being am do does did have has had having will would could can should
  to of for in on with at about think believe feel reckon say said suppose
  really very so too all any ever even quite much exactly particularly going gonna single`);
/** What may follow the verb that opens a question. */
const SUBJECTS = set(
  'the my your our their anyone anybody everyone everybody everything anything any some these those',
);
const EXTREMES = set('best worst greatest nicest kindest loveliest biggest sweetest');
const UNREAL = set('if whether unless');
const CONTRAST = set('but however though although');
const ASKS = /^(is|are|was|were|do|does|did|can|could|would|will|should|has|have|am)$/;
/** "Isn't it lovely" and "didn't we do well" affirm. */
const AFFIRMS = /^(is|are|was|were|do|does|did|would|has|have)n'?t$/;

/** Where in its clause a word stands. */
interface Place {
  /** Words that a denial still covers. */
  reach: number;
  force: number;
  forceReach: number;
  starts: boolean;
  unreal: boolean;
  outweighs: boolean;
  before: string;
}

/** The words of a text and how each is meant. */
export function hearWords(text: string): HeardWord[] {
  const tokens = text.split(/\s+/);
  const heard: HeardWord[] = [];
  const place: Place = { reach: 0, force: 0, forceReach: 0, starts: true, unreal: false, outweighs: false, before: '' };
  let word = bareWord(tokens[0]);
  for (let i = 0; i < tokens.length; i++) {
    const next = i + 1 < tokens.length ? bareWord(tokens[i + 1]) : '';
    if (word !== '') {
      come(place, word, next);
      heard.push(meant(place, word));
      pass(place, word, next);
    }
    punctuate(place, tokens[i]);
    word = next;
  }
  return heard;
}

function meant({ reach, force, forceReach, unreal, outweighs, before }: Place, word: string): HeardWord {
  const given = before === 'the' && !EXTREMES.has(word);
  return { word, denied: reach > 0, force: forceReach > 0 ? force : 0, unreal, given, outweighs };
}

/** What a word does to itself and to what follows. */
function come(place: Place, word: string, next: string): void {
  // "Not wrong, it looks great", as captions write it: a new subject after what was denied begins a new clause.
  if (CONTRAST.has(word) || (place.reach < DENIAL_REACH && beginsClause(word, next))) place.reach = 0;
  place.outweighs ||= word === 'but' || word === 'however';
  if (word === 'how') place.unreal = false;
  place.unreal ||= UNREAL.has(word) || (place.starts && ASKS.test(word) && isSubject(next));
}

/** What a word does to what follows only. */
function pass(place: Place, word: string, next: string): void {
  if (denies(word, next, place.starts)) place.reach = DENIAL_REACH;
  else if (!LIGHT.has(word) && !PRONOUNS.has(word)) place.reach--;
  place.forceReach--;
  if (INTENSIFIERS.has(word) || SOFTENERS.has(word)) {
    place.force = INTENSIFIERS.has(word) ? 1 : -1;
    place.forceReach = FORCE_REACH;
  }
  place.starts = false;
  place.before = word;
}

/** A comma or a stop ends what "not" reaches ("no, I am happy"); a stop ends a question too. */
function punctuate(place: Place, token: string): void {
  const stops = /[.;:!?]$/.test(token);
  if (stops || token.endsWith(',')) place.reach = 0;
  if (!stops) return;
  place.starts = true;
  place.unreal = false;
}

function isSubject(word: string): boolean {
  return PRONOUNS.has(word) || SUBJECTS.has(word);
}

function beginsClause(word: string, next: string): boolean {
  return NEW_SUBJECT.has(word) || (word === 'it' && AFTER_IT.has(next));
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
