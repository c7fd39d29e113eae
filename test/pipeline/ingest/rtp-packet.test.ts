import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRtpPacket } from '../../../pipeline/ingest/rtp-packet.ts';
import { unfold32, wrappingDistance } from '../../../pipeline/ingest/wrapping.ts';
import { rtp } from './rtp-writer.ts';

describe('parseRtpPacket', () => {
  it('reads back whatever a sender may write: CSRCs, header extension, padding', () => {
    const fields = fc.record({
      payload: fc.uint8Array({ maxLength: 200, size: 'max' }),
      sequenceNumber: fc.nat(0xffff),
      timestamp: fc.nat(0xffffffff),
      ssrc: fc.nat(0xffffffff),
      payloadType: fc.nat(127),
      marker: fc.boolean(),
      csrcs: fc.array(fc.nat(0xffffffff), { maxLength: 15, size: 'max' }),
      extension: fc.option(
        fc.nat(8).map((words) => new Uint8Array(words * 4)),
        { nil: undefined },
      ),
      padding: fc.nat(255),
    });
    fc.assert(
      fc.property(fields, ({ extension, ...rest }) => {
        const packet = parseRtpPacket(rtp(extension === undefined ? rest : { ...rest, extension }));
        expect(packet).toMatchObject({
          payloadType: rest.payloadType,
          marker: rest.marker,
          sequenceNumber: rest.sequenceNumber,
          timestamp: rest.timestamp,
          ssrc: rest.ssrc,
        });
        expect(typeof packet === 'string' ? packet : [...packet.payload]).toEqual([...rest.payload]);
      }),
    );
  });

  it('answers any bytes with a packet inside them or with words, and never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64, size: 'max' }), (bytes) => {
        const packet = parseRtpPacket(bytes);
        expect(typeof packet === 'string' ? packet.length > 0 : packet.payload.length <= bytes.length - 12).toBe(true);
      }),
      { numRuns: 10_000 },
    );
  });

  it.each([
    ['too few bytes', new Uint8Array(11), /too few/],
    ['another version', new Uint8Array(12), /version 0/],
    ['a header extension past the end', Uint8Array.from([0x90, ...new Uint8Array(11), 0, 0, 0, 9]), /header is longer/],
    ['padding past the start', Uint8Array.from([0xa0, ...new Uint8Array(11), 7]), /padding is longer/],
    ['padding of length 0', Uint8Array.from([0xa0, ...new Uint8Array(12)]), /length is 0/],
  ])('says what is wrong with %s', (_, bytes, words) => {
    expect(parseRtpPacket(bytes)).toMatch(words);
  });
});

describe('counters that wrap', () => {
  it('are as far apart as the shorter way round says', () => {
    expect(wrappingDistance(65_535, 2, 16)).toBe(3);
    expect(wrappingDistance(2, 65_535, 16)).toBe(-3);
    expect(wrappingDistance(0xffffffff, 4, 32)).toBe(5);
  });

  it('unfold to the same value whatever was added before', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 40 }), fc.integer({ min: -(2 ** 30), max: 2 ** 30 }), (near, step) => {
        expect(unfold32(near, (near + step) % 2 ** 32)).toBe(near + step);
      }),
    );
  });
});
