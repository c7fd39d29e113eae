import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReorderBuffer } from '../../../pipeline/ingest/reorder-buffer.ts';
import type { ReorderOptions } from '../../../pipeline/ingest/reorder-buffer.ts';
import type { RtpPacket } from '../../../pipeline/ingest/rtp-packet.ts';

type Heard = number | `lost ${number}`;

function listen(options?: ReorderOptions) {
  const heard: Heard[] = [];
  const buffer = new ReorderBuffer(
    ({ sequenceNumber }) => heard.push(sequenceNumber),
    (count) => heard.push(`lost ${count}`),
    options,
  );
  return { heard, buffer };
}

function packet(sequenceNumber: number): RtpPacket {
  const payload = new Uint8Array(1);
  return { payloadType: 96, marker: false, sequenceNumber: sequenceNumber & 0xffff, timestamp: 0, ssrc: 1, payload };
}

describe('ReorderBuffer', () => {
  it('puts any shuffle within its reach back in order, across the wrap', () => {
    const order = fc.shuffledSubarray([...Array(40).keys()], { minLength: 40, maxLength: 40 });
    fc.assert(
      fc.property(order, fc.constantFrom(0, 65_520, 65_535), (shuffled, base) => {
        const { heard, buffer } = listen();
        buffer.push(packet(base), 0);
        for (const at of shuffled) buffer.push(packet(base + 1 + at), 1000);
        expect(heard).toEqual(Array.from({ length: 41 }, (_, i) => (base + i) & 0xffff));
      }),
    );
  });

  it('never hands out a packet twice or backwards, and accounts for every place, whatever comes', () => {
    const step = fc.record({ offset: fc.integer({ min: -40, max: 40 }), waitUs: fc.nat(30_000) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200, size: 'max' }), (steps) => {
        const { heard, buffer } = listen({ capacity: 32 });
        let nowUs = 0;
        buffer.push(packet(65_500), nowUs);
        steps.forEach(({ offset, waitUs }, i) => {
          nowUs += waitUs;
          buffer.push(packet(65_500 + i + offset), nowUs);
        });
        buffer.tick(nowUs + 1_000_000);
        let next = 65_500;
        const inOrder = heard.every((event) => {
          if (typeof event === 'number') return event === (next++ & 0xffff);
          next += Number(event.slice(5));
          return true;
        });
        expect(inOrder).toBe(true);
      }),
    );
  });

  it('waits for a gap no longer than its time, even when nothing more arrives', () => {
    const { heard, buffer } = listen({ holdUs: 60_000 });
    buffer.push(packet(10), 0);
    buffer.push(packet(12), 20_000);
    buffer.tick(79_999);
    expect(heard).toEqual([10]);
    buffer.tick(80_000);
    expect(heard).toEqual([10, 'lost 1', 12]);
    buffer.push(packet(11), 81_000);
    expect(buffer.stats).toMatchObject({ lost: 1, late: 1 });
  });

  it('measures the wait from the first packet behind the gap, not from the one next to it', () => {
    const { heard, buffer } = listen({ holdUs: 60_000 });
    buffer.push(packet(1), 0);
    buffer.push(packet(4), 10_000);
    buffer.push(packet(3), 50_000);
    buffer.tick(70_000);
    expect(heard).toEqual([1, 'lost 1', 3, 4]);
  });

  it('drops what comes twice', () => {
    const { heard, buffer } = listen();
    for (const sequence of [1, 3, 3, 1, 2]) buffer.push(packet(sequence), 0);
    expect(heard).toEqual([1, 2, 3]);
    expect(buffer.stats).toMatchObject({ duplicates: 1, late: 1 });
  });

  it('gives up the oldest gap when it is full, so that it never holds more than its bound', () => {
    const { heard, buffer } = listen({ capacity: 8 });
    buffer.push(packet(0), 0);
    for (let i = 2; i <= 9; i += 1) buffer.push(packet(i), 0);
    expect(heard).toEqual([0, 'lost 1', 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('believes a far jump when the packet after it follows, and not before', () => {
    const { heard, buffer } = listen();
    buffer.push(packet(100), 0);
    buffer.push(packet(30_000), 0);
    expect(heard).toEqual([100]);
    buffer.push(packet(101), 0);
    expect(heard).toEqual([100, 101]);
    for (const sequence of [50_000, 50_001, 50_002]) buffer.push(packet(sequence), 0);
    expect(heard).toEqual([100, 101, 'lost 1', 50_000, 50_001, 50_002]);
    expect(buffer.stats.restarts).toBe(1);
  });
});
