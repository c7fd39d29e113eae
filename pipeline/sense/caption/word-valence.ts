import { lexicon } from 'vader-sentiment/src/vader_lexicon.js';
import { emotionOf } from './word-groups.ts';

/** Words that the lexicon rates for social media and that calls use as manners, filler or names of things. */
const SAY_NOTHING = `yes yeah yep no ok okay sure please well like honest honestly certain certainly definitely want
  clear clearly share shared shares sharing support supported save saved saves free play plays hit hits top drop drops
  dropped trash cut dump block value values number critical hidden trial award care join joined joining important
  legal security secure alert alerts leave left stop stopped pay paid matter matters energy original natural
  straight credit chance allow active promise help solution solutions interview god heaven hell pretty shoot shooting escape abort growth`;

/**
 * What the lexicon lacks: much everyday and most British praise and blame, and the words of bad connections. Rated by hand on its
 * scale, -4..4; 0.5 is too little to count alone.
 */
const RATED: readonly (readonly [rating: number, words: string])[] = [
  [
    2.5,
    `brill ace fab chuffed stoked delicious sweetest exceptional extraordinary phenomenal sensational spectacular stellar
    sublime mesmerising captivating dazzling unforgettable unbeatable invaluable priceless magical marvellous breathtaking
    incredible exquisite heartwarming lifesaving tremendous`,
  ],
  [
    1.8,
    `cracking psyched hyped buzzing wicked jammy tasty cosy comfy spotless seamless smoothly appreciate snug legend legendary
    effortless dependable reliable hardworking kindest attentive thriving flourishing uplifted uplifting upbeat refreshed
    refreshing rewarding touched touching wholesome memorable first-class first-rate top-notch tip-top gifted witty stylish
    scenic luxurious cuddly thriving recovered recovering impeccable fulfilling well-deserved productive victory`,
  ],
  [
    1.3,
    'smooth handy convenient affordable speedy tidy slick shiny thorough intriguing colourful rested bubbly deserving',
  ],
  [0.9, 'wow hoping'],
  [0.5, 'thanks thank cheers ta unbelievable'],
  [
    -1.3,
    `dodgy faff skint poorly bummer bummed yikes meh laggy glitchy buggy jammed broke barmy aggro dizzy concerning unwell
    underestimated awkward clumsy clunky cumbersome cramped cranky daunting drab bland dull flimsy fragile fussy grumpy antsy jittery
    hectic hassle headache impractical leaking limping mediocre muddled mouldy outdated overdue overpriced overrated pricey
    expensive patchy queasy rattled rough rushed scruffy sketchy sloppy slow smelly snappy soaked stale stranded stuffy
    swamped tacky tedious tiresome tiring complicated wobbly unlucky unhelpful unsettling erratic glitching naff numb`,
  ],
  [
    -2,
    `rubbish knackered gutted dire shambles outage unusable crashing crashed crashes knackering pointless overworked nightmare
    stressful drained letdown bollocks amateurish backfired bleak botched bungled callous condescending patronising deflated
    crooked cursed demoralising disrespectful disgraceful dysfunctional flawed gruelling gutting misled mistreated mortified
    mugged nauseous overcharged overwhelming robbed sabotaged scammed shoddy shambolic spoiled spoilt suffocating toxic
    trashed underpaid undervalued underwhelming unreasonable unreliable unsafe wounded wrecked wretched`,
  ],
  [-2.6, 'abysmal atrocious crippling excruciating ghastly insufferable unbearable soul-destroying'],
];

/** What one expects: says nothing when it is there, much when it is denied ("it does not work"). */
const EXPECTED = `work works working worked help helps helping enough clue sense fit fits load loads loading opens
  connect connects connecting respond responds responding reply replied answer answers answered answering understand
  cope right ideal straightforward arrive arrived manage trust belong listen listens listening care cares fair`;
/** What one is glad to be without ("not a single issue"); by itself it is the name of a topic. */
const DREADED = `issue issues problem problems bug bugs error errors glitch glitches fault faults hitch hitches delay delays`;
const DENIED = 1.5;

const words = (list: string): string[] => list.trim().split(/\s+/);

const rated = new Map<string, number>();
for (const [word, value] of Object.entries(lexicon)) rated.set(word, value);
for (const word of words(SAY_NOTHING)) rated.set(word, 0);
for (const [rating, list] of RATED) for (const word of words(list)) rated.set(word, rating);

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
