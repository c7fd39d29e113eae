/** Unfolds counters that wrap (RTP sequence numbers, timestamps) into numbers that only grow or fall by what happened. */

/** The signed distance from `from` to `to` on a circle of `bits` (16 or 32) bits: negative when `to` lies behind. */
export function wrappingDistance(from: number, to: number, bits: 16 | 32): number {
  const distance = to - from;
  return bits === 16 ? (distance << 16) >> 16 : distance | 0;
}

/** The unfolded value nearest to `near` that has the low 32 bits `value`. */
export function unfold32(near: number, value: number): number {
  return near + wrappingDistance(near >>> 0, value, 32);
}
