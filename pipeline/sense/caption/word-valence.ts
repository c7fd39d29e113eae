import { lexicon } from 'vader-sentiment/src/vader_lexicon.js';
import { emotionOf } from './word-groups.ts';

/** Words that the lexicon rates for social media and that calls use as manners, filler or names of things. */
const SAY_NOTHING = `yes yeah yep no ok okay sure please well like honest honestly certain certainly definitely want
  clear clearly share shared shares sharing support supported save saved saves free play plays hit hits top drop drops
  dropped trash cut dump block value values number critical hidden trial award care join joined joining important
  legal security secure alert alerts leave left stop stopped pay paid matter matters energy original natural
  straight credit chance allow active promise help solution solutions interview god heaven hell pretty shoot shooting escape abort growth`;

/** What the lexicon lacks: mostly British, and the words of bad connections. Ratings by hand on its scale, -4..4. */
const RATED = `rubbish -2 drained -1.6 dizzy -1.2 concerning -1.2 letdown -2 underestimated -1.2 knackered -1.8 gutted -2.4 naff -1.5 dodgy -1.3 dire -2 shambles -2.2 faff -1.3 skint -1.2 aggro -1.5 barmy -0.8 bollocks -2 poorly -1.2
  bummer -1.6 bummed -1.6 yikes -1.2 meh -0.8 laggy -1.3 glitchy -1.3 buggy -1.3 outage -1.6 jammed -1.2 unusable -2
  crashing -1.7 knackering -1.6 pointless -1.6 overworked -1.6 unwell -1.2 nightmare -2.4 stressful -1.8 broke -1.2
  fab 2.4 incredible 2.2 unbelievable 0.5 chuffed 2.3 buzzing 2 speechless 0.3 wicked 2 jammy 1.5 appreciate 1.7 brill 2.2 ace 2 cracking 2 stoked 2.2 psyched 2 hyped 1.8 delicious 2.4 tasty 1.8 cosy 1.6 cozy 1.6 spotless 1.6
  smooth 1.3 smoothly 1.5 seamless 1.7 handy 1.4 wow 1 thanks 0.5 thank 0.5 cheers 0.5 ta 0.4 sweetest 2.4 hoping 0.9`;

/** What one expects: says nothing when it is there, much when it is denied ("it does not work"). */
const EXPECTED = `work works working worked help helps helping enough clue sense fit fits load loads loading open opens
  connect connects connecting respond responds responding reply replied answer answers answered answering understand
  cope right ideal straightforward arrive arrived manage trust belong listen listens listening care cares fair`;
/** What one is glad to be without ("not a single issue"); by itself it is the name of a topic. */
const DREADED = `issue issues problem problems bug bugs error errors glitch glitches fault faults hitch hitches delay delays`;
const DENIED = 1.5;

const words = (list: string): string[] => list.trim().split(/\s+/);

const rated = new Map<string, number>();
for (const [word, value] of Object.entries(lexicon)) rated.set(word, value);
for (const word of words(SAY_NOTHING)) rated.set(word, 0);
const pairs = words(RATED);
for (let i = 0; i < pairs.length; i += 2) rated.set(pairs[i], Number(pairs[i + 1]));

const denied = new Map<string, number>();
for (const word of words(EXPECTED)) denied.set(word, -DENIED);
for (const word of words(DREADED)) denied.set(word, DENIED);
for (const word of denied.keys()) rated.set(word, 0);

/** A denial weakens what it turns around, as measured for VADER. */
const DENIAL = -0.74;
const EMOTION_VALENCE = 1.5;

/** How good or bad a lower-case word is, -4..4, affirmed or denied; 0 when it says nothing. */
export function valenceOf(word: string, isDenied: boolean): number {
  if (isDenied) return denied.get(word) ?? DENIAL * affirmed(word);
  return affirmed(word);
}

function affirmed(word: string): number {
  return rated.get(word) ?? rated.get(american(word)) ?? byEmotion(word);
}

function byEmotion(word: string): number {
  const emotion = emotionOf(word);
  if (emotion === undefined || emotion === 'surprise') return 0;
  return emotion === 'joy' ? EMOTION_VALENCE : -EMOTION_VALENCE;
}

/** The lexicon spells as Americans do. */
function american(word: string): string {
  return word.replace('our', 'or').replace(/is(e|ed|es|ing)$/, 'iz$1');
}
