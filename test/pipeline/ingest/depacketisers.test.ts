import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Depacketiser, DepacketiserEvents, EncodedPicture } from '../../../pipeline/ingest/depacketiser.ts';
import { H264Depacketiser } from '../../../pipeline/ingest/h264-depacketiser.ts';
import { isOpusDtx, opusPacketTicks } from '../../../pipeline/ingest/opus-packet.ts';
import { LayeredDepacketiser } from '../../../pipeline/ingest/layered-depacketiser.ts';
import { parseRtpPacket } from '../../../pipeline/ingest/rtp-packet.ts';
import type { RtpPacket } from '../../../pipeline/ingest/rtp-packet.ts';
import { VP8 } from '../../../pipeline/ingest/vp8-payload.ts';
import { VP9 } from '../../../pipeline/ingest/vp9-payload.ts';
import { encodeOpus, encodePictures, sine } from './encoded-media.ts';
import type { EncodedUnit } from './encoded-media.ts';
import {
  nalUnits,
  pictureStream,
  rtp,
  VP8_LAYERS,
  vp8Payloads,
  vp9Payloads,
  type Vp8Layer,
  type Vp9Fields,
} from './rtp-writer.ts';

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
  vp8: (events: DepacketiserEvents) => new LayeredDepacketiser(VP8, events),
  vp9: (events: DepacketiserEvents) => new LayeredDepacketiser(VP9, events),
  h264: (events: DepacketiserEvents) => new H264Depacketiser(events),
};

describe.each(['vp8', 'vp9', 'h264'] as const)('the %s depacketiser', (codec) => {
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
      codec === 'h264' ? nalUnits(data).map((nal) => Buffer.from(nal)) : [Buffer.from(data)];
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
    const step = fc.record({
      payload: fc.uint8Array({ maxLength: 40, size: 'max' }),
      marker: fc.boolean(),
      timestamp: fc.nat(3),
    });
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

describe('the vp9 depacketiser', () => {
  /** The first bytes of a shown frame: key, or built on another. */
  const key = Uint8Array.of(0x82, 0x49, 0x83, 0x42, 1, 2, 3, 4);
  const delta = Uint8Array.of(0x86, 1, 2, 3, 4, 5, 6, 7);

  function watch() {
    const all = collect(makers.vp9);
    let time = 0;
    return {
      ...all,
      times: () => all.pictures.map(({ timestamp }) => timestamp),
      /** One picture: a frame (or the next of these) in each of these layers. */
      give: (frame: Uint8Array | readonly Uint8Array[], ...layers: Vp9Fields[]) => {
        layers.forEach((fields, i) =>
          vp9Payloads(frame instanceof Uint8Array ? frame : frame[i], time, fields).forEach((payload) => {
            const marker = i === layers.length - 1;
            all.depacketiser.push(parsed(rtp({ payload, sequenceNumber: time, timestamp: time, marker })), 0);
          }),
        );
        time += 1;
      },
    };
  }

  const at = (temporal: number, { switchesUp = false, spatial = 0 } = {}): Vp9Fields => ({
    layer: { temporal, switchesUp, spatial },
  });

  it.each<[string, Vp9Fields]>([
    ['a picture id alone', {}],
    ['layers', at(2)],
    ['layers and references', { ...at(1), references: [1, 5, 127] }],
    ['references alone', { references: [1] }],
    // N_S 1 and Y: two sizes; G: two pictures, of which one builds on two others.
    ['a structure', { ...at(0), structure: [0x38, 0, 160, 0, 90, 1, 64, 0, 180, 2, 0x10, 0x38, 1, 2] }],
  ])('finds the frame behind %s', (_, fields) => {
    const { give, pictures, problems } = watch();
    give(key, fields);
    expect(problems).toEqual([]);
    expect(pictures).toMatchObject([{ keyFrame: true }]);
    expect([...pictures[0].data]).toEqual([...key]);
  });

  it('knows a key frame from what builds on another, repeats one, or is of a profile that no call has', () => {
    const { give, pictures } = watch();
    const withFirst = (first: number): Uint8Array => Uint8Array.of(first, ...key.subarray(1));
    // Profile 2 is a key frame, too; then frame type 1, a repeated frame, profile 3, and no frame marker.
    for (const first of [0x82, 0x92, 0x86, 0x8a, 0xb2, 0x02]) give(withFirst(first), {});
    expect(pictures.map(({ keyFrame }) => keyFrame)).toEqual([true, true, false, false, false, false]);
  });

  it('joins spatial layers to a superframe that says where each begins and how many are shown', () => {
    const { give, pictures, counts } = watch();
    const hidden = Uint8Array.of(0x84, 1, 2, 3, 4);
    give(key, at(0));
    give([key, delta, delta], at(0), at(0, { spatial: 1 }), at(0, { spatial: 2 }));
    give([hidden, delta], at(0), at(0, { spatial: 1 }));
    expect(counts.incomplete).toBe(0);
    expect(pictures.map(({ layers, keyFrame }) => [layers, keyFrame])).toEqual([
      [1, true],
      [3, true],
      [1, false],
    ]);
    expect([...pictures[0].data]).toEqual([...key]);
    const index = [0xda, 8, 0, 0, 0, 8, 0, 0, 0, 8, 0, 0, 0, 0xda];
    expect([...pictures[1].data]).toEqual([...key, ...delta, ...delta, ...index]);
    expect([...pictures[2].data]).toEqual([...hidden, ...delta, 0xd9, 5, 0, 0, 0, 8, 0, 0, 0, 0xd9]);
  });

  it('counts a picture that is left out once, whatever its spatial layers, and joins no more of them than the format has', () => {
    const { give, pictures, depacketiser } = watch();
    depacketiser.keep(0);
    give(key, at(0));
    give([delta, delta], at(1), at(1, { spatial: 1 }));
    expect(depacketiser.leftOut).toBe(1);
    give(Array(9).fill(delta), ...Array(9).fill(at(0)));
    expect(pictures.at(-1)).toMatchObject({
      layers: 1,
      data: expect.objectContaining({ length: 9 * 8 }) as Uint8Array,
    });
  });

  it('takes a layer up again only behind a switching point, or a key frame', () => {
    const { give, times, depacketiser } = watch();
    depacketiser.keep(0);
    give(key, at(0));
    give(delta, at(1));
    depacketiser.keep(1);
    give(delta, at(1));
    give(delta, at(0));
    give(delta, at(1));
    give(delta, at(0, { switchesUp: true }));
    give(delta, at(1));
    give(delta, at(2));
    expect(times()).toEqual([0, 3, 5, 6]);
    depacketiser.keep(0);
    give(delta, at(1));
    depacketiser.keep(1);
    give(key, at(0));
    give(delta, at(1));
    expect(times()).toEqual([0, 3, 5, 6, 9, 10]);
    expect(depacketiser.leftOut).toBe(5);
  });
});
