/** The moods that the synthetic caller goes through, and how one passes into the next. Pure. */

/** How a mood looks and sounds; everything from -1 to 1 or 0 to 1 unless a unit is named. */
export interface Mood {
  readonly name: string;
  /** Corners of the mouth: 1 up, -1 down. */
  readonly smile: number;
  /** 1 raised, -1 lowered and drawn together. */
  readonly brow: number;
  /** How far the eyes are open, 0..1.2. */
  readonly eyes: number;
  /** How lively the mouth and head move, 0..1. */
  readonly life: number;
  readonly pitchHz: number;
  /** How far the pitch swings, in semitones. */
  readonly swingSemitones: number;
  readonly loudness: number;
  readonly syllablesPerSecond: number;
}

const MOODS: readonly Mood[] = [
  {
    name: 'calm',
    smile: 0.22,
    brow: 0,
    eyes: 0.8,
    life: 0.4,
    pitchHz: 165,
    swingSemitones: 2,
    loudness: 0.4,
    syllablesPerSecond: 3.6,
  },
  {
    name: 'cheerful',
    smile: 1,
    brow: 0.5,
    eyes: 0.66,
    life: 0.9,
    pitchHz: 215,
    swingSemitones: 6,
    loudness: 0.75,
    syllablesPerSecond: 5.2,
  },
  {
    name: 'calm',
    smile: 0.22,
    brow: 0,
    eyes: 0.8,
    life: 0.4,
    pitchHz: 165,
    swingSemitones: 2,
    loudness: 0.4,
    syllablesPerSecond: 3.6,
  },
  {
    name: 'downcast',
    smile: -0.75,
    brow: -0.3,
    eyes: 0.55,
    life: 0.15,
    pitchHz: 140,
    swingSemitones: 1,
    loudness: 0.22,
    syllablesPerSecond: 2.4,
  },
  {
    name: 'surprised',
    smile: 0.1,
    brow: 1,
    eyes: 1.2,
    life: 0.8,
    pitchHz: 250,
    swingSemitones: 7,
    loudness: 0.8,
    syllablesPerSecond: 4.6,
  },
  {
    name: 'cross',
    smile: -0.5,
    brow: -1,
    eyes: 0.6,
    life: 0.8,
    pitchHz: 190,
    swingSemitones: 4,
    loudness: 1,
    syllablesPerSecond: 5,
  },
];

const MOOD_S = 8;
const PASSING_S = 1.2;

/** The mood at a time since the start, in seconds: held for eight, the last 1.2 of them passing into the next. */
export function moodAt(seconds: number): Mood {
  const index = Math.floor(seconds / MOOD_S);
  const [now, next] = [moodNumber(index), moodNumber(index + 1)];
  const share = Math.max(0, (seconds - index * MOOD_S - (MOOD_S - PASSING_S)) / PASSING_S);
  const eased = share * share * (3 - 2 * share);
  const mix = (key: Exclude<keyof Mood, 'name'>): number => now[key] + (next[key] - now[key]) * eased;
  return {
    name: eased < 0.5 ? now.name : next.name,
    smile: mix('smile'),
    brow: mix('brow'),
    eyes: mix('eyes'),
    life: mix('life'),
    pitchHz: mix('pitchHz'),
    swingSemitones: mix('swingSemitones'),
    loudness: mix('loudness'),
    syllablesPerSecond: mix('syllablesPerSecond'),
  };
}

/** True while the caller speaks: phrases of 3 s with pauses of 1.2 s. */
export function speaksAt(seconds: number): boolean {
  return seconds % 4.2 < 3;
}

function moodNumber(index: number): Mood {
  const mood = MOODS[index % MOODS.length];
  if (!mood) throw new RangeError('time runs forwards');
  return mood;
}
