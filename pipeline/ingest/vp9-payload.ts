/** How VP9 lies in RTP (RFC 9628). Of spatial layers all that come are read: whoever forwards them chooses. */
import type { Joined, LayeredFormat, PacketDescriptor } from './layered-depacketiser.ts';
import type { RtpPacket } from './rtp-packet.ts';

/** Flags of the payload descriptor's first byte (RFC 9628 4.2). */
const PICTURE_ID = 0x80;
const PREDICTED = 0x40;
const LAYER_INDICES = 0x20;
const FLEXIBLE = 0x10;
const BEGINS = 0x08;
const STRUCTURE = 0x02;
const MAX_REFERENCES = 3;

/** Flags of a frame's first byte, in the profiles below 3 (VP9 bitstream specification 6.2). */
const REPEATS = 0x08;
const SHOWN = 0x02;
/** Of a superframe's index (VP9 bitstream specification, annex B): the marker, with sizes of four bytes. */
const INDEX_MARKER = 0xd8;
const SIZE_BYTES = 4;
const MOST_FRAMES = 8;

export const VP9: LayeredFormat = { describe, startsKeyFrame, join };

function describe({ payload, marker }: RtpPacket): PacketDescriptor | string {
  const first = payload[0] ?? 0;
  const flexible = (first & FLEXIBLE) !== 0;
  let headerBytes = 1;
  let layers = 0;
  if ((first & PICTURE_ID) !== 0) headerBytes += ((payload[headerBytes] ?? 0) & 0x80) === 0 ? 1 : 2;
  if ((first & LAYER_INDICES) !== 0) {
    layers = payload[headerBytes] ?? 0;
    headerBytes += flexible ? 1 : 2;
  }
  if (flexible && (first & PREDICTED) !== 0) headerBytes += referenceBytes(payload, headerBytes);
  if ((first & STRUCTURE) !== 0) headerBytes += structureBytes(payload, headerBytes);
  if (headerBytes >= payload.length) return 'a VP9 payload that ends in its descriptor';
  return {
    beginsFrame: (first & BEGINS) !== 0,
    endsPicture: marker,
    layer: layers >> 5,
    sync: false,
    switchesUp: (layers & 0x10) !== 0,
    headerBytes,
  };
}

/** One byte for each picture that this one builds on; its lowest bit announces another. */
function referenceBytes(payload: Uint8Array, at: number): number {
  let count = 1;
  while (count < MAX_REFERENCES && ((payload[at + count - 1] ?? 0) & 1) !== 0) count += 1;
  return count;
}

/** The scalability structure (V): sizes of the spatial layers, and which pictures of a group build on which. */
function structureBytes(payload: Uint8Array, at: number): number {
  const first = payload[at] ?? 0;
  let bytes = 1;
  if ((first & 0x10) !== 0) bytes += ((first >> 5) + 1) * 4;
  if ((first & 0x08) === 0) return bytes;
  const pictures = payload[at + bytes] ?? 0;
  bytes += 1;
  for (let i = 0; i < pictures; i += 1) bytes += 1 + (((payload[at + bytes] ?? 0) >> 2) & 0x03);
  return bytes;
}

/** Frame marker 2, a profile below 3, no repeated frame, frame type 0; then the sync code (VP9 bitstream specification 6.2). */
function startsKeyFrame(vp9: Uint8Array): boolean {
  const first = vp9[0] ?? 0;
  if ((first & 0xcc) !== 0x80 || (first & 0x30) === 0x30) return false;
  return vp9[1] === 0x49 && vp9[2] === 0x83 && vp9[3] === 0x42;
}

/** The frames become a superframe: its index tells where each one ends. */
function join(picture: Uint8Array, starts: readonly number[]): Joined | undefined {
  if (starts.length > MOST_FRAMES) return undefined;
  const trailer = new Uint8Array(starts.length * SIZE_BYTES + 2);
  const view = new DataView(trailer.buffer);
  let layers = 0;
  starts.forEach((start, i) => {
    view.setUint32(1 + i * SIZE_BYTES, (starts[i + 1] ?? picture.length) - start, true);
    if ((picture[start] & (REPEATS | SHOWN)) !== 0) layers += 1;
  });
  trailer[0] = INDEX_MARKER | (starts.length - 1);
  trailer[trailer.length - 1] = trailer[0];
  return { trailer, layers };
}
