/** A little below what fits into one datagram of a call (1200 bytes of payload is what libwebrtc aims at). */
const MAX_BYTES = 1150;
/** X (extension), and of it I (a picture id of 15 bits). */
const DESCRIPTOR_BYTES = 4;

/** Splits an encoded VP8 picture into RTP payloads with their descriptor (RFC 7741 4.2); `pictureId` counts pictures, 15 bits. */
export function vp8Payloads(picture: Uint8Array, pictureId: number): Uint8Array[] {
  const payloads: Uint8Array[] = [];
  const room = MAX_BYTES - DESCRIPTOR_BYTES;
  for (let from = 0; from < picture.length; from += room) {
    const part = picture.subarray(from, from + room);
    const payload = new Uint8Array(DESCRIPTOR_BYTES + part.length);
    payload[0] = 0x80 | (from === 0 ? 0x10 : 0);
    payload[1] = 0x80;
    payload[2] = 0x80 | ((pictureId >> 8) & 0x7f);
    payload[3] = pictureId & 0xff;
    payload.set(part, DESCRIPTOR_BYTES);
    payloads.push(payload);
  }
  return payloads;
}
