/** How VP8 lies in RTP (RFC 7741). */
import type { LayeredFormat, PacketDescriptor } from './layered-depacketiser.ts';
import type { RtpPacket } from './rtp-packet.ts';

/** Of three, which is as many as browsers make. */
const TOP_LAYER = 2;

/** Bytes of the frame tag and, in key frames, the start code and size (RFC 6386 9.1). */
const KEY_FRAME_HEADER_BYTES = 10;

export const VP8: LayeredFormat = { describe, startsKeyFrame };

/** Reads the payload descriptor (RFC 7741 4.2). */
function describe({ payload, marker }: RtpPacket): PacketDescriptor | string {
  const first = payload[0] ?? 0;
  let headerBytes = 1;
  // Where layers are told elsewhere (in a dependency descriptor), pictures that are no reference (N) are known to be of the top.
  let layers = (first & 0x20) !== 0 ? TOP_LAYER << 6 : 0;
  if ((first & 0x80) !== 0) {
    const extension = payload[1] ?? 0;
    headerBytes += 1;
    if ((extension & 0x80) !== 0) headerBytes += ((payload[headerBytes] ?? 0) & 0x80) === 0 ? 1 : 2;
    if ((extension & 0x40) !== 0) headerBytes += 1;
    if ((extension & 0x20) !== 0) layers = payload[headerBytes] ?? 0;
    if ((extension & 0x30) !== 0) headerBytes += 1;
  }
  if (headerBytes >= payload.length) return 'a VP8 payload that ends in its descriptor';
  return {
    // The start (S) of the first partition (PID).
    beginsFrame: (first & 0x17) === 0x10,
    endsPicture: marker,
    layer: layers >> 6,
    sync: (layers & 0x20) !== 0,
    switchesUp: false,
    headerBytes,
  };
}

/** The frame tag's lowest bit is 0 in key frames, which carry a start code (RFC 6386 9.1). */
function startsKeyFrame(vp8: Uint8Array): boolean {
  if (vp8.length < KEY_FRAME_HEADER_BYTES || ((vp8[0] ?? 1) & 1) !== 0) return false;
  return vp8[3] === 0x9d && vp8[4] === 0x01 && vp8[5] === 0x2a;
}
