/** What an Opus packet says of itself without being decoded (RFC 6716 section 3). */

/** Ticks of the RTP clock of Opus, which is 48 kHz whatever was coded (RFC 7587 4.1). */
export const OPUS_CLOCK_HZ = 48_000;
const MAX_PACKET_TICKS = 5760;
/** RFC 6716 3.1: frame lengths in ticks by configuration; SILK, hybrid, CELT. */
const SILK_TICKS = [480, 960, 1920, 2880] as const;
const CELT_TICKS = [120, 240, 480, 960] as const;

/** The duration in 48 kHz ticks (at most 120 ms), or in words why the bytes are no Opus packet. */
export function opusPacketTicks(payload: Uint8Array): number | string {
  const toc = payload[0];
  if (toc === undefined) return 'an Opus packet without a byte';
  const code = toc & 3;
  if (code === 3 && payload.length < 2) return 'an Opus packet that ends before its frame count';
  const frames = code === 0 ? 1 : code === 3 ? (payload[1] ?? 0) & 0x3f : 2;
  const ticks = frames * frameTicks(toc >> 3);
  if (ticks === 0 || ticks > MAX_PACKET_TICKS) return `an Opus packet of ${ticks / 48} ms`;
  return ticks;
}

function frameTicks(configuration: number): number {
  const step = configuration & 3;
  if (configuration < 12) return SILK_TICKS[step];
  if (configuration < 16) return (configuration & 1) === 0 ? 480 : 960;
  return CELT_TICKS[step];
}

/**
 * True for what an encoder sends while there is nothing to send: a TOC with at most one byte (RFC 6716 3.1; libopus
 * answers 1 or 2 bytes in DTX).
 */
export function isOpusDtx(payload: Uint8Array): boolean {
  return payload.length <= 2;
}

/** A packet of one frame without bytes: libopus answers it with packet loss concealment of one frame. */
export function opusConcealmentPacket(toc: number): Uint8Array {
  return new Uint8Array([toc & 0xfc]);
}
