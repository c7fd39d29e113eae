/**
 * Room time on this process's clock. Every message that carries `roomMs` was written before it was read, so the one
 * that makes the room latest is the least delayed; what remains of its delay is below half the shortest round trip.
 */
export class RoomClock {
  #offsetMs = Number.NEGATIVE_INFINITY;
  #shortestTripMs = Number.POSITIVE_INFINITY;

  /** A message said `roomMs` and was read at `nowMs`. */
  observe(roomMs: number, nowMs: number): void {
    this.#offsetMs = Math.max(this.#offsetMs, roomMs - nowMs);
  }

  roundTrip(tripMs: number): void {
    this.#shortestTripMs = Math.min(this.#shortestTripMs, tripMs);
  }

  /** Room time when this process's clock shows `nowMs`; NaN before the first observation. */
  roomMs(nowMs: number): number {
    return Number.isFinite(this.#offsetMs) ? nowMs + this.#offsetMs : Number.NaN;
  }

  /** The shortest round trip in ms, null when none was seen: times taken with this clock may be too short by half of it. */
  get errorMs(): number | null {
    return Number.isFinite(this.#shortestTripMs) ? this.#shortestTripMs / 2 : null;
  }
}
