/**
 * Who neither speaks nor moves is looked at less. The policy: after five seconds without speech and without motion one
 * picture a second is read, after half a minute one in six seconds, and the pictures between stand for what the last one
 * showed, since they show the same. From then on the person rests: only a hop with a new look, or with words, is given to
 * the model, at least one in six and a half seconds; the hops between stand for what that one told. Words are found for such
 * a hop when they would be others than the last; otherwise those are told again, with the numbers of now. The first word or
 * motion brings back every picture, and every hop with the one that it is in. What is heard is always heard in full, and
 * every picture of the base layer is decoded, since the next one builds on it.
 */
const IDLE_AFTER_US = 5_000_000;
const IDLE_INTERVAL_US = 1_000_000;

/** Rest begins after so long without a word and a motion. */
export const RESTS_AFTER_US = 30_000_000;
/** Who rests is looked at once in so long. */
export const RESTING_INTERVAL_US = 6_000_000;
/** A hop a little after a look was due: for who shows no picture at all. */
export const LONGEST_REST_US = 6_500_000;

/** How far apart pictures are read of who has neither spoken nor moved for so long; 0 reads every one. */
export function intervalAfter(idleUs: number): number {
  if (idleUs < IDLE_AFTER_US) return 0;
  return idleUs < RESTS_AFTER_US ? IDLE_INTERVAL_US : RESTING_INTERVAL_US;
}
