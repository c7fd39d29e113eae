/** Which utterance most likely caused a shift of affect, if any did. Pure: no clock, no model. */

/** What cause linking reads of an utterance that the person said or heard. */
export interface HeardUtterance {
  readonly own: boolean;
  readonly startMs: number;
  readonly endMs: number;
  /** What the words say, -1..1. */
  readonly valence: number;
  /** How strongly they say it, 0..1. */
  readonly intensity: number;
  readonly question: boolean;
}

/** A shift, as far as its cause goes: when it began and by how much valence and arousal moved (each -2..2). */
interface CausedShift {
  readonly sinceMs: number;
  readonly valence: number;
  readonly arousal: number;
}

interface CauseLink<U> {
  /** `undefined`: none of those heard. */
  readonly utterance: U | undefined;
  /** Probability that this is right, 0..1; also for none. */
  readonly score: number;
}

/** Words work for this long after they ended. */
const REACH_MS = 5000;
/** Words fade with this constant once they have ended: a shift is dated about a second after it began, sometimes two. */
const FADE_MS = 3500;
/** Onsets are known to a hop and captions to about as much: an onset this much before the first word may still be its effect. */
const SLACK_MS = 200;
/** So much of an utterance must be out before it is understood. */
const HEARD_MS = 500;
/** Below this a component of a shift is noise. */
const SMALL = 0.12;
/** A change of this size is a whole one. */
const WHOLE = 0.5;

/**
 * Log-odds of an utterance against "none of them": most likely weights, held near guesses, for every second one of the
 * dialogues written for the tests and for shifts found in simulated calls; other dialogues and other calls tell how often it is
 * right and how well its score knows that (`test/pipeline/describe`, `cause` and `simulated-causes`).
 */
const ODDS = {
  base: -2.95,
  /** Times the share of timing left, 0..1. */
  timing: 3.35,
  /** Times how well the words' valence agrees with the change, -1..1. */
  agrees: 1.2,
  /** Times intensity of the words, where they agree or the change is one of arousal. */
  intensity: 3.65,
  /** A question puts people on the spot: where arousal rose. */
  question: 0.5,
  /** People shift at what others say more than at what they say themselves. */
  own: -1.35,
} as const;

/**
 * The utterance that most likely caused a shift, or none, by a softmax over all that were heard and none. What the pack's
 * own task <cause> says of it is not asked: it is right too rarely (see the pack's card).
 */
export function linkCause<U extends HeardUtterance>(shift: CausedShift, heard: readonly U[]): CauseLink<U> {
  let total = 1;
  let best: U | undefined;
  let bestWeight = total;
  for (const utterance of heard) {
    const timing = timingOf(utterance, shift.sinceMs);
    if (timing === 0) continue;
    const weight = Math.exp(logOdds(utterance, shift, timing));
    total += weight;
    if (weight <= bestWeight) continue;
    best = utterance;
    bestWeight = weight;
  }
  return { utterance: best, score: bestWeight / total };
}

/** How well the time fits, 0 (cannot be) to 1 (just after the last word). */
function timingOf({ startMs, endMs }: HeardUtterance, sinceMs: number): number {
  if (sinceMs < startMs - SLACK_MS || sinceMs > endMs + REACH_MS) return 0;
  if (sinceMs >= endMs) return Math.exp((endMs - sinceMs) / FADE_MS);
  // In the middle of the words: the further they were, the more of them was understood.
  const neededMs = Math.min(HEARD_MS, endMs - startMs) + SLACK_MS;
  return Math.min(1, Math.max(0.2, (sinceMs - startMs + SLACK_MS) / neededMs));
}

function logOdds({ own, valence, intensity, question }: HeardUtterance, shift: CausedShift, timing: number): number {
  const agrees = agreement(valence, shift);
  const roused = shift.arousal > SMALL;
  let odds = ODDS.base + ODDS.timing * timing + ODDS.agrees * agrees;
  if (agrees > 0 || roused) odds += ODDS.intensity * intensity;
  if (question && roused) odds += ODDS.question;
  return own ? odds + ODDS.own : odds;
}

/** -1..1: words that point where the valence went, weighed by how far it went. A change of arousal alone asks for strong words. */
function agreement(valence: number, shift: CausedShift): number {
  if (Math.abs(shift.valence) < SMALL) return shift.arousal > SMALL ? Math.abs(valence) / 2 : 0;
  const size = Math.min(1, Math.abs(shift.valence) / WHOLE);
  return valence * Math.sign(shift.valence) * (0.5 + size / 2);
}
