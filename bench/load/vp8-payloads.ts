/** A little below what fits into one datagram of a call (1200 bytes of payload is what libwebrtc aims at). */
const MAX_BYTES = 1150;
/** Layers of four pictures in turn, as libvpx makes three of them, and whether a picture builds on the base layer alone. */
export const LAYERS = [0, 2, 1, 2] as const;
const SYNCS = [false, true, true, false] as const;

/** Splits an encoded VP8 picture into RTP payloads with their descriptor (RFC 7741 4.2); `pictureId` counts pictures, 15 bits. */
export function vp8Payloads(picture: Uint8Array, pictureId: number, layered = false): Uint8Array[] {
  const descriptor = descriptorOf(pictureId, layered);
  const payloads: Uint8Array[] = [];
  const room = MAX_BYTES - descriptor.length;
  for (let from = 0; from < picture.length; from += room) {
    const part = picture.subarray(from, from + room);
    const payload = new Uint8Array(descriptor.length + part.length);
    payload.set(descriptor);
    if (from === 0) payload[0] |= 0x10;
    payload.set(part, descriptor.length);
    payloads.push(payload);
  }
  return payloads;
}

/** X (extension), and of it I (a picture id of 15 bits) and, where there are layers, L (how many of the base layer) and T. */
function descriptorOf(pictureId: number, layered: boolean): number[] {
  const id = [0x80 | ((pictureId >> 8) & 0x7f), pictureId & 0xff];
  if (!layered) return [0x80, 0x80, ...id];
  const turn = pictureId % LAYERS.length;
  const base = Math.floor(pictureId / LAYERS.length) & 0xff;
  return [0x80, 0xe0, ...id, base, (LAYERS[turn] << 6) | (SYNCS[turn] ? 0x20 : 0)];
}
