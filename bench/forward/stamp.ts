/** When a packet left, written into its payload where decoders do not look: it survives any SFU, for SFUs keep payloads. */

const STAMP_BYTES = 8;
/** Code 3 (a frame count follows), one frame, constant bit rate, padded (RFC 6716 3.2.5). */
const OPUS_CODE_3 = 3;
const ONE_PADDED_FRAME = 0x41;

/** The last packet of a VP8 picture with the time behind its data, which the arithmetic decoder never reads (RFC 6386 7). */
export function stampVp8(payload: Uint8Array, sentMs: number): Buffer {
  const out = Buffer.allocUnsafe(payload.length + STAMP_BYTES);
  out.set(payload);
  out.writeDoubleBE(sentMs, payload.length);
  return out;
}

/** An Opus packet of one frame with the time as its padding; undefined when it has more frames. */
export function stampOpus(payload: Uint8Array, sentMs: number): Buffer | undefined {
  const [toc] = payload;
  if (toc === undefined || (toc & 3) !== 0) return undefined;
  const out = Buffer.allocUnsafe(payload.length + 2 + STAMP_BYTES);
  out[0] = toc | OPUS_CODE_3;
  out[1] = ONE_PADDED_FRAME;
  out[2] = STAMP_BYTES;
  out.set(payload.subarray(1), 3);
  out.writeDoubleBE(sentMs, payload.length + 2);
  return out;
}

/** What a stamped payload says. */
export function readStamp(payload: Buffer): number {
  return payload.readDoubleBE(payload.length - STAMP_BYTES);
}
