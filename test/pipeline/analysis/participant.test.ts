import { describe, expect, it } from 'vitest';
import { Participant } from '../../../pipeline/analysis/participant.ts';
import { encodePictures, type EncodedUnit } from '../ingest/encoded-media.ts';
import { pictureStream, type TimedPacket } from '../ingest/rtp-writer.ts';
import { blindNets, DEAF } from './blind-nets.ts';

const VIDEO = { id: 'v', kind: 'video', mimeType: 'video/VP8', clockRateHz: 90_000 } as const;
const START_US = 1_000_000_000;
const PICTURES_PER_SECOND = 24;
const PICTURE_US = 1e6 / PICTURES_PER_SECOND;
const TICK_US = 20_000;
/** When the person moves, in a call of three quarters of a minute. */
const MOVES_S = 40.25;
const LENGTH_S = 45;

interface Call {
  /** Hops that were told, and those that the one before stood for: when they ended, in seconds of the call. */
  readonly told: number[];
  readonly rested: number[];
  /** Changes between resting and not, and when. */
  readonly rests: [boolean, number][];
  readonly looks: number[];
  readonly decoded: number;
}

/** A muted person before a camera who is still, and then moves; on a clock that only the packets and the ticks tell. */
async function call(units: readonly EncodedUnit[], layered: boolean): Promise<Call> {
  const [told, rested, rests, looks]: [number[], number[], [boolean, number][], number[]] = [[], [], [], []];
  let atS = 0;
  const participant = new Participant(
    blindNets(() => looks.push(atS)),
    {
      ...DEAF,
      onHop: ({ endUs }, _earlier, stands) => void (stands === 'stands' ? rested : told).push((endUs - START_US) / 1e6),
      onRest: (resting) => rests.push([resting, atS]),
    },
    0,
  );
  participant.openTrack(1, VIDEO);
  const packets = pictureStream('vp8', units, { intervalUs: PICTURE_US, layered });
  const steps: { atUs: number; packet?: TimedPacket }[] = packets.map((packet) => ({ atUs: packet.atUs, packet }));
  for (let atUs = 0; atUs <= LENGTH_S * 1e6; atUs += TICK_US) steps.push({ atUs });
  for (const { atUs, packet } of steps.toSorted((a, b) => a.atUs - b.atUs)) {
    atS = atUs / 1e6;
    if (packet) participant.packets(1, [packet.bytes], [START_US + atUs]);
    else participant.tick(START_US + atUs);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { decoded } = participant.ingestCounts;
  participant.close();
  return { told, rested, rests, looks, decoded };
}

describe.each([false, true])('somebody still and muted, with temporal layers: %s', (layered) => {
  const units = encodePictures('vp8', {
    count: LENGTH_S * PICTURES_PER_SECOND,
    width: 64,
    height: 36,
    keyEvery: 4000,
    layered,
    shift: (index) => Math.max(0, index / PICTURES_PER_SECOND - MOVES_S) * 200,
  });

  it('rests after half a minute, and is told in full again with the hop in which they move', async () => {
    const { told, rested, rests, looks, decoded } = await call(units, layered);
    const before = (times: readonly number[], fromS: number, toS: number) =>
      times.filter((atS) => atS > fromS && atS <= toS);
    expect(before(rested, 0, 30)).toEqual([]);
    expect(before(told, 0, 30)).toHaveLength(60);
    // A look in six seconds, and the hop that it is in.
    expect(before(told, 31, 40).length).toBeLessThanOrEqual(2);
    expect(before(rested, 31, 40).length).toBeGreaterThanOrEqual(16);
    // They move in the hop that ends at 40.5 s.
    expect(before(rested, 40, LENGTH_S)).toEqual([]);
    expect(before(told, 40, LENGTH_S - 0.5)).toHaveLength(9);
    const [[begins], [ends, atS]] = rests;
    expect([begins, ends, rests.length]).toEqual([true, false, 2]);
    // With the next picture that is looked at: one in six of a second, or in resting one of the base layer's.
    expect(atS - MOVES_S).toBeLessThan(0.35);
    expect(before(looks, 31, 40).length).toBeLessThanOrEqual(2);
    expect(before(looks, 41, 44).length).toBeGreaterThanOrEqual(17);
    const all = LENGTH_S * PICTURES_PER_SECOND;
    expect(decoded / all).toBeLessThanOrEqual(layered ? 0.45 : 1);
  });
});
