/** RTCP (RFC 3550 6, RFC 4585, RFC 5104): what the SFU reads and what it writes. */

const SENDER_REPORT = 200;
const RECEIVER_REPORT = 201;
const SOURCE_DESCRIPTION = 202;
const TRANSPORT_FEEDBACK = 205;
const PAYLOAD_FEEDBACK = 206;
const NTP_EPOCH_OFFSET_S = 2_208_988_800;
const FRACTION = 2 ** 32;

/** A message from a peer that concerns us; everything else in the compound is passed over. */
export type RtcpMessage =
  | {
      readonly type: 'sender-report';
      readonly ssrc: number;
      readonly ntpHigh: number;
      readonly ntpLow: number;
      readonly rtpTimestamp: number;
    }
  | { readonly type: 'nack'; readonly mediaSsrc: number; readonly sequences: readonly number[] }
  | { readonly type: 'pli'; readonly mediaSsrc: number }
  | { readonly type: 'fir'; readonly mediaSsrc: number };

/** One report block about a stream that we receive. */
export interface ReportBlock {
  readonly ssrc: number;
  readonly fractionLost: number;
  readonly totalLost: number;
  readonly highestSequence: number;
  readonly jitter: number;
  readonly lastReport: number;
  readonly delaySinceLastReport: number;
}

/** Reads a compound packet. Malformed tails are dropped; never throws. */
export function parseRtcp(compound: Buffer): RtcpMessage[] {
  const messages: RtcpMessage[] = [];
  for (let at = 0; at + 8 <= compound.length;) {
    const end = at + (compound.readUInt16BE(at + 2) + 1) * 4;
    if (end > compound.length || compound[at] >> 6 !== 2) break;
    readOne(compound.subarray(at, end), messages);
    at = end;
  }
  return messages;
}

function readOne(packet: Buffer, out: RtcpMessage[]): void {
  const format = packet[0] & 0x1f;
  const type = packet[1];
  if (type === SENDER_REPORT && packet.length >= 28) {
    out.push({
      type: 'sender-report',
      ssrc: packet.readUInt32BE(4),
      ntpHigh: packet.readUInt32BE(8),
      ntpLow: packet.readUInt32BE(12),
      rtpTimestamp: packet.readUInt32BE(16),
    });
  }
  if (packet.length < 12) return;
  const mediaSsrc = packet.readUInt32BE(8);
  if (type === TRANSPORT_FEEDBACK && format === 1) out.push({ type: 'nack', mediaSsrc, sequences: readNack(packet) });
  if (type === PAYLOAD_FEEDBACK && format === 1) out.push({ type: 'pli', mediaSsrc });
  if (type === PAYLOAD_FEEDBACK && format === 4) {
    for (let at = 12; at + 8 <= packet.length; at += 8) out.push({ type: 'fir', mediaSsrc: packet.readUInt32BE(at) });
  }
}

function readNack(packet: Buffer): number[] {
  const sequences: number[] = [];
  for (let at = 12; at + 4 <= packet.length; at += 4) {
    const first = packet.readUInt16BE(at);
    const mask = packet.readUInt16BE(at + 2);
    sequences.push(first);
    for (let bit = 0; bit < 16; bit++) if (mask & (1 << bit)) sequences.push((first + bit + 1) & 0xffff);
  }
  return sequences;
}

/** Microseconds since 1970 of an NTP timestamp. */
export function ntpToUnixUs(high: number, low: number): number {
  return (high - NTP_EPOCH_OFFSET_S) * 1e6 + (low / FRACTION) * 1e6;
}

/** Receiver report; with no blocks it is the empty one that a compound must start with. */
export function receiverReport(senderSsrc: number, blocks: readonly ReportBlock[]): Buffer {
  const out = blank(RECEIVER_REPORT, blocks.length, 8 + blocks.length * 24);
  out.writeUInt32BE(senderSsrc, 4);
  blocks.forEach((block, i) => {
    const at = 8 + i * 24;
    out.writeUInt32BE(block.ssrc, at);
    out.writeUInt32BE(((block.fractionLost << 24) | (Math.min(block.totalLost, 0x7fffff) & 0xffffff)) >>> 0, at + 4);
    out.writeUInt32BE(block.highestSequence >>> 0, at + 8);
    out.writeUInt32BE(block.jitter >>> 0, at + 12);
    out.writeUInt32BE(block.lastReport >>> 0, at + 16);
    out.writeUInt32BE(block.delaySinceLastReport >>> 0, at + 20);
  });
  return out;
}

/** Sender report without blocks, followed by the source's canonical name. */
export function senderReport(
  ssrc: number,
  ntpHigh: number,
  ntpLow: number,
  rtpTimestamp: number,
  packets: number,
  octets: number,
  cname: string,
): Buffer {
  const out = blank(SENDER_REPORT, 0, 28);
  [ssrc, ntpHigh, ntpLow, rtpTimestamp, packets, octets].forEach((value, i) =>
    out.writeUInt32BE(value >>> 0, 4 + i * 4),
  );
  return Buffer.concat([out, sourceDescription(ssrc, cname)]);
}

function sourceDescription(ssrc: number, cname: string): Buffer {
  const text = Buffer.from(cname).subarray(0, 255);
  // One chunk: ssrc, CNAME item, at least one zero byte, padded to a word.
  const out = blank(SOURCE_DESCRIPTION, 1, 8 + Math.ceil((2 + text.length + 1) / 4) * 4);
  out.writeUInt32BE(ssrc, 4);
  out[8] = 1;
  out[9] = text.length;
  text.copy(out, 10);
  return out;
}

/** Picture loss indication (RFC 4585 6.3.1). */
export function pictureLoss(senderSsrc: number, mediaSsrc: number): Buffer {
  const out = blank(PAYLOAD_FEEDBACK, 1, 12);
  out.writeUInt32BE(senderSsrc, 4);
  out.writeUInt32BE(mediaSsrc, 8);
  return out;
}

/** Generic NACK (RFC 4585 6.2.1) for sequence numbers in ascending index order. */
export function genericNack(senderSsrc: number, mediaSsrc: number, sequences: readonly number[]): Buffer {
  const pairs: Array<{ first: number; mask: number }> = [];
  for (const sequence of sequences) {
    const last = pairs.at(-1);
    const distance = last ? (sequence - last.first) & 0xffff : 0;
    if (last && distance >= 1 && distance <= 16) last.mask |= 1 << (distance - 1);
    else pairs.push({ first: sequence, mask: 0 });
  }
  const out = blank(TRANSPORT_FEEDBACK, 1, 12 + pairs.length * 4);
  out.writeUInt32BE(senderSsrc, 4);
  out.writeUInt32BE(mediaSsrc, 8);
  pairs.forEach(({ first, mask }, i) => {
    out.writeUInt16BE(first, 12 + i * 4);
    out.writeUInt16BE(mask, 14 + i * 4);
  });
  return out;
}

function blank(type: number, countOrFormat: number, bytes: number): Buffer {
  const out = Buffer.alloc(bytes);
  out[0] = 0x80 | countOrFormat;
  out[1] = type;
  out.writeUInt16BE(bytes / 4 - 1, 2);
  return out;
}
