/** Reads RTP headers (RFC 3550 section 5.1). Views only: nothing is copied. */

export interface RtpPacket {
  readonly payloadType: number;
  /** Set by the sender on the last packet of a picture; on audio, on the first after silence. */
  readonly marker: boolean;
  /** 16 bits, wraps. */
  readonly sequenceNumber: number;
  /** 32 bits, wraps, in units of the track's clock rate. */
  readonly timestamp: number;
  readonly ssrc: number;
  /** A view into the packet, without header, CSRCs, header extension and padding; may be empty (probing). */
  readonly payload: Uint8Array;
}

const FIXED_HEADER_BYTES = 12;

/** Returns the packet, or in words what is wrong with the bytes. Never throws. */
export function parseRtpPacket(bytes: Uint8Array): RtpPacket | string {
  if (bytes.length < FIXED_HEADER_BYTES) return `${bytes.length} bytes are too few for an RTP header`;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const first = view.getUint8(0);
  if (first >> 6 !== 2) return `version ${first >> 6} is not RTP version 2`;
  const start = payloadStart(view, first);
  if (start > bytes.length) return 'the header is longer than the packet';
  const padding = (first & 0x20) === 0 ? 0 : view.getUint8(bytes.length - 1);
  if ((first & 0x20) !== 0 && padding === 0) return 'padding is announced, but its length is 0';
  if (start + padding > bytes.length) return 'the padding is longer than the payload';
  const second = view.getUint8(1);
  return {
    payloadType: second & 0x7f,
    marker: (second & 0x80) !== 0,
    sequenceNumber: view.getUint16(2),
    timestamp: view.getUint32(4),
    ssrc: view.getUint32(8),
    payload: bytes.subarray(start, bytes.length - padding),
  };
}

/** Where the payload begins; past the end when the extension's own header does not fit. */
function payloadStart(view: DataView, first: number): number {
  const start = FIXED_HEADER_BYTES + (first & 0x0f) * 4;
  if ((first & 0x10) === 0) return start;
  if (start + 4 > view.byteLength) return start + 4;
  return start + 4 + view.getUint16(start + 2) * 4;
}
