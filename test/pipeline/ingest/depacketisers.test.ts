import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Depacketiser, DepacketiserEvents, EncodedPicture } from '../../../pipeline/ingest/depacketiser.ts';
import { H264Depacketiser } from '../../../pipeline/ingest/h264-depacketiser.ts';
import { isOpusDtx, opusPacketTicks } from '../../../pipeline/ingest/opus-packet.ts';
import { Vp8Depacketiser } from '../../../pipeline/ingest/vp8-depacketiser.ts';
import { parseRtpPacket } from '../../../pipeline/ingest/rtp-packet.ts';
import type { RtpPacket } from '../../../pipeline/ingest/rtp-packet.ts';
import { encodeOpus, encodePictures, sine } from './encoded-media.ts';
import type { EncodedUnit } from './encoded-media.ts';
import { nalUnits, pictureStream, rtp, VP8_LAYERS, vp8Payloads, type Vp8Layer } from './rtp-writer.ts';

function collect(make: (events: DepacketiserEvents) => Depacketiser) {
  const pictures: EncodedPicture[] = [];
  const problems: string[] = [];
  const counts = { incomplete: 0 };
  const depacketiser = make({
    onPicture: (picture) => pictures.push({ ...picture, data: picture.data.slice() }),
    onIncomplete: () => (counts.incomplete += 1),
    onBadPayload: (message) => problems.push(message),
  });
  return { pictures, problems, counts, depacketiser };
}

function parsed(bytes: Uint8Array): RtpPacket {
  const packet = parseRtpPacket(bytes);
  if (typeof packet === 'string') throw new Error(packet);
  return packet;
}

const makers = {
  vp8: (events: DepacketiserEvents) => new Vp8Depacketiser(events),
  h264: (events: DepacketiserEvents) => new H264Depacketiser(events),
};

describe.each(['vp8', 'h264'] as const)('the %s depacketiser', (codec) => {
  let units: EncodedUnit[];
  beforeAll(() => {
    units = encodePictures(codec, { count: 12, keyEvery: 5, bitRate: 3_000_000 });
  });

  it('gives back the pictures that the encoder made', () => {
    const { pictures, problems, depacketiser } = collect(makers[codec]);
    for (const { bytes } of pictureStream(codec, units)) depacketiser.push(parsed(bytes), 7);
    expect(problems).toEqual([]);
    expect(pictures.map((picture) => picture.keyFrame)).toEqual(units.map((unit) => unit.keyFrame));
    const contents = (data: Uint8Array) =>
      codec === 'vp8' ? [Buffer.from(data)] : nalUnits(data).map((nal) => Buffer.from(nal));
    const sorted = (data: Uint8Array) =>
      contents(data)
        .map((part) => part.toString('hex'))
        .sort();
    pictures.forEach((picture, i) => expect(sorted(picture.data)).toEqual(sorted(units[i]?.data)));
  });

  it('finishes a picture whose sender sets no marker when the next one begins', () => {
    const { pictures, depacketiser } = collect(makers[codec]);
    for (const { bytes } of pictureStream(codec, units)) depacketiser.push({ ...parsed(bytes), marker: false }, 0);
    expect(pictures).toHaveLength(units.length - 1);
  });

  it('drops a picture of which a packet is lost, and only that', () => {
    const { pictures, counts, depacketiser } = collect(makers[codec]);
    const packets = pictureStream(codec, units);
    expect(packets.filter(({ picture }) => picture === 0).length).toBeGreaterThan(1);
    const lost = packets.findIndex(({ picture }) => picture === 1) - 1;
    packets.forEach(({ bytes }, i) => {
      if (i === lost) return;
      if (i === lost + 1) depacketiser.gap();
      depacketiser.push(parsed(bytes), 0);
    });
    expect(counts.incomplete).toBe(1);
    expect(pictures.map((picture) => picture.keyFrame)).toEqual(units.slice(1).map((unit) => unit.keyFrame));
  });

  it('answers random payloads with words or pictures, and never throws', () => {
    const { pictures, problems, depacketiser } = collect(makers[codec]);
    const step = fc.record({ payload: fc.uint8Array({ maxLength: 40 }), marker: fc.boolean(), timestamp: fc.nat(3) });
    fc.assert(
      fc.property(step, ({ payload, marker, timestamp }) => {
        depacketiser.push(parsed(rtp({ payload, marker, timestamp, sequenceNumber: 1 })), 0);
      }),
      { numRuns: 10_000 },
    );
    expect(pictures.length).toBeGreaterThan(0);
    expect(problems.length).toBeGreaterThan(0);
  });
});

describe('the h264 depacketiser', () => {
  it('puts the parameter sets of the session description before a key frame that comes without', () => {
    const [unit] = encodePictures('h264', { count: 1 });
    const nals = nalUnits(unit?.data);
    const sets = nals.filter((nal) => [7, 8].includes(nal[0] & 0x1f));
    const idr = nals.find((nal) => (nal[0] & 0x1f) === 5) as Uint8Array;
    const fmtp = `packetization-mode=1;sprop-parameter-sets=${sets.map((nal) => Buffer.from(nal).toString('base64')).join(',')}`;
    const { pictures, depacketiser } = collect((events) => new H264Depacketiser(events, fmtp));
    depacketiser.push(parsed(rtp({ payload: idr, marker: true, sequenceNumber: 1, timestamp: 0 })), 0);
    const types = nalUnits(pictures[0]?.data).map((nal) => nal[0] & 0x1f);
    expect(types).toEqual([7, 8, 5]);
  });

  it('does not take the rest of a key frame whose first slice was lost for a key frame', () => {
    const { pictures, depacketiser } = collect(makers.h264);
    const laterSlice = Uint8Array.from([0x65, 0x20, 0x11, 0x22]);
    depacketiser.push(parsed(rtp({ payload: laterSlice, marker: true, sequenceNumber: 1, timestamp: 0 })), 0);
    expect(pictures.map((picture) => picture.keyFrame)).toEqual([false]);
  });
});

describe('the Opus packet reader', () => {
  it('knows the duration of what the encoder made', () => {
    for (const packet of encodeOpus(5, sine(300))) expect(opusPacketTicks(packet)).toBe(960);
  });

  it.each([
    ['SILK, 60 ms, one frame', [0x18], 2880],
    ['hybrid, 10 ms, two frames', [0x61], 960],
    ['CELT, 2.5 ms, two frames', [0x82], 240],
    ['CELT, 20 ms, three frames', [0xfb, 3], 2880],
  ])('knows %s', (_, bytes, ticks) => {
    expect(opusPacketTicks(Uint8Array.from(bytes))).toBe(ticks);
  });

  it('refuses more than 120 ms and no frames at all', () => {
    expect(opusPacketTicks(Uint8Array.from([0xfb, 7]))).toMatch(/140 ms/);
    expect(opusPacketTicks(Uint8Array.from([0xfb, 0]))).toMatch(/0 ms/);
    expect(opusPacketTicks(new Uint8Array(0))).toMatch(/without a byte/);
  });

  it('takes one or two bytes for DTX and more for sound', () => {
    expect([1, 2, 3].map((length) => isOpusDtx(new Uint8Array(length)))).toEqual([true, true, false]);
  });
});

describe('temporal layers of VP8', () => {
  const tiny = (layer: Vp8Layer, timestamp: number, key = false) =>
    vp8Payloads(Uint8Array.of(key ? 0 : 1, 0, 0, 0x9d, 0x01, 0x2a, 0, 0, 0, 0, 0, 0), timestamp, layer).map((payload) =>
      parsed(rtp({ payload, sequenceNumber: timestamp, timestamp, marker: true })),
    );
  const [base, , middle, top] = VP8_LAYERS;

  /** Gives pictures of these layers, one after the other, and tells which came out by their time. */
  function watch(keep: number) {
    const all = collect(makers.vp8);
    all.depacketiser.keep(keep);
    let time = 0;
    const give = (layer: Vp8Layer, key = false): void =>
      tiny(layer, time++, key).forEach((packet) => all.depacketiser.push(packet, 0));
    return { ...all, give, times: () => all.pictures.map(({ timestamp }) => timestamp) };
  }

  it('leaves out the layers above the one that is kept, counts them, and takes them for no loss', () => {
    const { give, times, counts, depacketiser } = watch(1);
    give(base, true);
    for (const layer of [...VP8_LAYERS.slice(1), ...VP8_LAYERS]) give(layer);
    expect(times()).toEqual([0, 2, 4, 6]);
    expect(depacketiser.leftOut).toBe(4);
    expect(counts.incomplete).toBe(0);
  });

  it('takes a layer up again only where it builds on the base alone, or after a key frame', () => {
    const { give, times, depacketiser } = watch(0);
    const unsynced = { layer: 1, sync: false };
    give(base, true);
    give(unsynced);
    depacketiser.keep(1);
    give(unsynced);
    give(base);
    give(middle);
    give(unsynced);
    expect(times()).toEqual([0, 3, 4, 5]);
    depacketiser.keep(0);
    give(middle);
    depacketiser.keep(1);
    give(base, true);
    give(unsynced);
    expect(times()).toEqual([0, 3, 4, 5, 7, 8]);
  });

  it('goes up one layer at a time: what builds on the base says nothing of the layer between', () => {
    const { give, times, depacketiser } = watch(0);
    give(base, true);
    depacketiser.keep(2);
    give({ layer: 2, sync: true });
    give(middle);
    give({ layer: 2, sync: true });
    give(top);
    expect(times()).toEqual([0, 2, 3, 4]);
  });

  it('leaves nothing out of a stream that has no layers', () => {
    const { pictures, depacketiser } = collect(makers.vp8);
    depacketiser.keep(0);
    const units = encodePictures('vp8', { count: 8 });
    for (const { bytes } of pictureStream('vp8', units)) depacketiser.push(parsed(bytes), 0);
    expect(pictures).toHaveLength(8);
  });
});
