/** Writes RTP as a sender would: the other side of what the ingest reads. */
import type { EncodedUnit, PictureCodecName } from './encoded-media.ts';

export interface RtpFields {
  readonly payload: Uint8Array;
  readonly sequenceNumber: number;
  readonly timestamp: number;
  readonly ssrc?: number;
  readonly payloadType?: number;
  readonly marker?: boolean;
  readonly csrcs?: readonly number[];
  /** Header extension words, without profile and length. */
  readonly extension?: Uint8Array;
  readonly padding?: number;
}

export function rtp(fields: RtpFields): Uint8Array {
  const { payload, csrcs = [], extension, padding = 0 } = fields;
  const extensionBytes = extension === undefined ? 0 : 4 + extension.length;
  const headerBytes = 12 + csrcs.length * 4 + extensionBytes;
  const bytes = new Uint8Array(headerBytes + payload.length + padding);
  const view = new DataView(bytes.buffer);
  bytes[0] = 0x80 | csrcs.length | (extension === undefined ? 0 : 0x10) | (padding > 0 ? 0x20 : 0);
  bytes[1] = (fields.marker === true ? 0x80 : 0) | (fields.payloadType ?? 96);
  view.setUint16(2, fields.sequenceNumber & 0xffff);
  view.setUint32(4, fields.timestamp >>> 0);
  view.setUint32(8, fields.ssrc ?? 0x1234);
  csrcs.forEach((csrc, i) => view.setUint32(12 + i * 4, csrc));
  if (extension !== undefined) {
    view.setUint16(12 + csrcs.length * 4, 0xbede);
    view.setUint16(14 + csrcs.length * 4, extension.length / 4);
    bytes.set(extension, 16 + csrcs.length * 4);
  }
  bytes.set(payload, headerBytes);
  if (padding > 0) bytes[bytes.length - 1] = padding;
  return bytes;
}

const MTU = 1100;

function chunks(bytes: Uint8Array, size: number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
  return pieces;
}

/** A temporal layer and whether the picture builds on the base layer alone (RFC 7741: TID and Y). */
export interface Vp8Layer {
  readonly layer: number;
  readonly sync: boolean;
}

/** What libvpx makes in turns of four pictures when it makes three temporal layers. */
export const VP8_LAYERS: readonly Vp8Layer[] = [
  { layer: 0, sync: false },
  { layer: 2, sync: true },
  { layer: 1, sync: true },
  { layer: 2, sync: false },
];

/** The payloads of one VP8 picture (RFC 7741), with a 15-bit picture id and, when given, its temporal layer. */
export function vp8Payloads(picture: Uint8Array, pictureId = 0, of?: Vp8Layer): Uint8Array[] {
  const layer = of ? [0, (of.layer << 6) | (of.sync ? 0x20 : 0)] : [];
  return chunks(picture, MTU).map((piece, i) => {
    const bits = [0x80 | (i === 0 ? 0x10 : 0), of ? 0xe0 : 0x80];
    const descriptor = [...bits, 0x80 | ((pictureId >> 8) & 0x7f), pictureId & 0xff, ...layer];
    return Uint8Array.from([...descriptor, ...piece]);
  });
}

/** What the descriptor of a VP9 packet may hold (RFC 9628 4.2); by default what Chromium sends of a single stream. */
export interface Vp9Fields {
  /** TID, U, SID. */
  readonly layer?: { readonly temporal: number; readonly switchesUp: boolean; readonly spatial: number };
  /** Distances to the pictures that this one builds on: in flexible mode. */
  readonly references?: readonly number[];
  /** The scalability structure (V), at the first packet. */
  readonly structure?: readonly number[];
}

/** The payloads of one VP9 picture, or of one spatial layer of it, with a 15-bit picture id. */
export function vp9Payloads(picture: Uint8Array, pictureId = 0, fields: Vp9Fields = {}): Uint8Array[] {
  const { layer, references, structure } = fields;
  const indices = layer && [(layer.temporal << 5) | (layer.switchesUp ? 0x10 : 0) | (layer.spatial << 1)];
  const pieces = chunks(picture, MTU);
  return pieces.map((piece, i) => {
    const [begins, ends] = [i === 0, i === pieces.length - 1];
    const first =
      0x80 |
      (references?.length ? 0x40 : 0) |
      (layer ? 0x20 : 0) |
      (references ? 0x10 : 0) |
      (begins ? 0x08 : 0) |
      (ends ? 0x04 : 0) |
      (begins && structure ? 0x02 : 0);
    const differences = references?.map((difference, k) => (difference << 1) | (k < references.length - 1 ? 1 : 0));
    return Uint8Array.from([
      first,
      0x80 | ((pictureId >> 8) & 0x7f),
      pictureId & 0xff,
      ...(indices ?? []),
      // TL0PICIDX, outside of flexible mode.
      ...(layer && !references ? [7] : []),
      ...(differences ?? []),
      ...(begins && structure ? structure : []),
      ...piece,
    ]);
  });
}

/** The NAL units of an Annex B picture. */
export function nalUnits(annexB: Uint8Array): Uint8Array[] {
  const starts: number[] = [];
  for (let i = 0; i + 2 < annexB.length; i += 1) {
    if (annexB[i] === 0 && annexB[i + 1] === 0 && annexB[i + 2] === 1) starts.push(i + 3);
  }
  return starts.map((start, i) => {
    const next = starts[i + 1];
    // A start code of four bytes begins with a zero that is none of ours.
    const end = next === undefined ? annexB.length : next - (annexB[next - 4] === 0 ? 4 : 3);
    return annexB.subarray(start, end);
  });
}

/** The payloads of one H.264 picture: small units aggregated (STAP-A), big ones fragmented (FU-A), the rest single. */
export function h264Payloads(annexB: Uint8Array): Uint8Array[] {
  const units = nalUnits(annexB);
  const small = units.filter((nal) => nal.length < 200);
  const payloads: Uint8Array[] = [];
  if (small.length > 1) {
    payloads.push(Uint8Array.from([0x78, ...small.flatMap((nal) => [nal.length >> 8, nal.length & 0xff, ...nal])]));
  }
  for (const nal of units) {
    if (small.length > 1 && small.includes(nal)) continue;
    payloads.push(...(nal.length <= MTU ? [nal] : fragments(nal)));
  }
  return payloads;
}

function fragments(nal: Uint8Array): Uint8Array[] {
  const header = nal[0];
  const pieces = chunks(nal.subarray(1), MTU);
  return pieces.map((piece, i) => {
    const flags = (i === 0 ? 0x80 : 0) | (i === pieces.length - 1 ? 0x40 : 0);
    return Uint8Array.from([(header & 0xe0) | 28, flags | (header & 0x1f), ...piece]);
  });
}

export interface TimedPacket {
  readonly bytes: Uint8Array;
  /** When it leaves the sender, microseconds from the start. */
  readonly atUs: number;
  readonly picture: number;
}

export interface PictureStreamOptions {
  readonly firstSequence?: number;
  readonly firstTimestamp?: number;
  readonly intervalUs?: number;
  readonly ssrc?: number;
  /** VP8 in the layers of {@link VP8_LAYERS}. */
  readonly layered?: boolean;
}

/** A whole video stream as packets at 90 kHz. */
export function pictureStream(
  codec: PictureCodecName,
  units: readonly EncodedUnit[],
  options: PictureStreamOptions = {},
): TimedPacket[] {
  const { firstSequence = 1000, firstTimestamp = 5000, intervalUs = 1e6 / 30, ssrc = 0x1234, layered } = options;
  const packets: TimedPacket[] = [];
  units.forEach((unit, picture) => {
    const layer = layered ? VP8_LAYERS[picture % VP8_LAYERS.length] : undefined;
    const payloads = {
      vp8: () => vp8Payloads(unit.data, picture, layer),
      vp9: () => vp9Payloads(unit.data, picture),
      h264: () => h264Payloads(unit.data),
    }[codec]();
    payloads.forEach((payload, i) => {
      const timestamp = firstTimestamp + Math.round(picture * intervalUs * 0.09);
      const sequenceNumber = firstSequence + packets.length;
      const marker = i === payloads.length - 1;
      packets.push({
        bytes: rtp({ payload, sequenceNumber, timestamp, ssrc, marker }),
        atUs: picture * intervalUs,
        picture,
      });
    });
  });
  return packets;
}
