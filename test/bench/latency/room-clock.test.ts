import { expect, it } from 'vitest';
import { RoomClock } from '../../../bench/latency/room-clock.ts';

it('keeps the least delayed message as the room time, and half the shortest round trip as its error', () => {
  const clock = new RoomClock();
  expect(clock.roomMs(0)).toBeNaN();
  expect(clock.errorMs).toBeNull();
  // The room is 1000 ms ahead; the messages took 9, 2 and 5 ms.
  clock.observe(1100, 109);
  clock.observe(1200, 202);
  clock.observe(1300, 305);
  expect(clock.roomMs(400)).toBe(1398);
  clock.roundTrip(6);
  clock.roundTrip(3);
  clock.roundTrip(8);
  expect(clock.errorMs).toBe(1.5);
});
