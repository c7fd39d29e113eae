/** RTP headers (RFC 3550 5.1), read in place. */

const FIXED_BYTES = 12;
const ONE_BYTE_PROFILE = 0xbede;

/** The header of one packet. Reused from packet to packet so that the hot path allocates nothing. */
export interface RtpView {
  payloadType: number;
  marker: boolean;
  padding: boolean;
  sequence: number;
  timestamp: number;
  ssrc: number;
  payloadAt: number;
}

/** An empty view to be filled by {@link readRtp}. */
export function createRtpView(): RtpView {
  return { payloadType: 0, marker: false, padding: false, sequence: 0, timestamp: 0, ssrc: 0, payloadAt: 0 };
}

/** True for RTCP, false for RTP (RFC 5761: packet types 192..223 where RTP has marker and payload type). */
export function isRtcp(packet: Buffer): boolean {
  return packet.length >= 8 && packet[1] >= 192 && packet[1] <= 223;
}

/** True when the first byte is that of RTP or RTCP (RFC 7983). */
export function isMedia(packet: Buffer): boolean {
  return packet.length >= FIXED_BYTES && packet[0] >= 128 && packet[0] < 192;
}

/** Fills `view` from `packet`; false when the packet is not whole RTP. */
export function readRtp(packet: Buffer, view: RtpView): boolean {
  if (packet.length < FIXED_BYTES || packet[0] >> 6 !== 2) return false;
  let at = FIXED_BYTES + (packet[0] & 0x0f) * 4;
  if ((packet[0] & 0x10) !== 0) {
    if (at + 4 > packet.length) return false;
    at += 4 + packet.readUInt16BE(at + 2) * 4;
  }
  if (at > packet.length) return false;
  view.padding = (packet[0] & 0x20) !== 0;
  view.marker = packet[1] > 127;
  view.payloadType = packet[1] & 0x7f;
  view.sequence = packet.readUInt16BE(2);
  view.timestamp = packet.readUInt32BE(4);
  view.ssrc = packet.readUInt32BE(8);
  view.payloadAt = at;
  return true;
}

/** The value of a one-byte header extension (RFC 8285), as text; undefined when the packet has none. */
export function readTextExtension(packet: Buffer, id: number): string | undefined {
  if ((packet[0] & 0x10) === 0) return undefined;
  const start = FIXED_BYTES + (packet[0] & 0x0f) * 4;
  if (packet.readUInt16BE(start) !== ONE_BYTE_PROFILE) return undefined;
  const end = start + 4 + packet.readUInt16BE(start + 2) * 4;
  for (let at = start + 4; at < end;) {
    if (packet[at] === 0) {
      at++;
      continue;
    }
    const length = (packet[at] & 0x0f) + 1;
    if (packet[at] >> 4 === id) return packet.toString('utf8', at + 1, Math.min(at + 1 + length, end));
    at += 1 + length;
  }
  return undefined;
}

/** The 48-bit packet index nearest to `highest` whose low 16 bits are `sequence` (RFC 3711 appendix A). */
export function nearestIndex(highest: number, sequence: number): number {
  const delta = ((sequence - (highest % 65_536) + 32_768) & 0xffff) - 32_768;
  const index = highest + delta;
  return index < 0 ? index + 65_536 : index;
}
