import { CLIP_RATE_HZ, type Clip, type Picture } from '../latency/clip.ts';
import { encodeOpus, encodeVp8, OPUS_STEP_MS } from './encoder.ts';
import { vp8Payloads } from './vp8-payloads.ts';

/** Pictures a second of a recording, whatever the clip had: what a camera in a call gives. */
const PICTURES_PER_SECOND = 25;
const PICTURE_MS = 1000 / PICTURES_PER_SECOND;

/** One RTP payload and when it is due, in ms after the beginning. */
export interface RecordedPacket {
  readonly atMs: number;
  readonly payload: Uint8Array;
  /** RTP's marker bit: the last packet of a picture. */
  readonly marker: boolean;
}

/** A clip as it goes over the wire: encoded once, replayed by any number of callers. */
export interface Recording {
  readonly title: string;
  /** When it begins anew: a whole number of pictures and of Opus steps. */
  readonly lengthMs: number;
  /** VP8, clock rate 90 kHz; begins with a key frame. Ascending by time, as is {@link Recording.audio}. */
  readonly video: readonly RecordedPacket[];
  /** Opus, clock rate 48 kHz. */
  readonly audio: readonly RecordedPacket[];
}

/** How a clip is encoded, where a browser can be asked to: in no temporal layers and with every packet of sound by default. */
export interface RecordingChoice {
  /** Pictures in three temporal layers. */
  readonly layered?: boolean | undefined;
  /** Opus DTX: while nothing is heard, hardly anything is sent. */
  readonly dtx?: boolean | undefined;
}

/** Encodes a clip at 25 pictures a second and in Opus packets of 20 ms. Takes about a tenth of its length. Throws {@link BenchError}. */
export function recordClip(clip: Clip, { layered = false, dtx = false }: RecordingChoice = {}): Recording {
  const lengthMs = Math.max(1000, Math.floor(clip.lengthMs / PICTURE_MS) * PICTURE_MS);
  return { title: clip.title, lengthMs, video: video(clip, lengthMs, layered), audio: audio(clip, lengthMs, dtx) };
}

function video(clip: Clip, lengthMs: number, layered: boolean): RecordedPacket[] {
  const pictures = Array.from({ length: lengthMs / PICTURE_MS }, (_, index) => pictureAt(clip, index * PICTURE_MS));
  const units = encodeVp8(
    pictures.filter((picture) => picture !== undefined),
    PICTURE_MS,
    layered,
  );
  return units.flatMap((unit, index) => {
    const payloads = vp8Payloads(unit, index, layered);
    return payloads.map((payload, part) => ({
      atMs: index * PICTURE_MS,
      payload,
      marker: part === payloads.length - 1,
    }));
  });
}

/** The picture that a camera would show at this time: the last one that was due. */
function pictureAt({ pictures }: Clip, atMs: number): Picture | undefined {
  return (pictures.findLast((entry) => entry.atMs <= atMs) ?? pictures[0])?.picture;
}

function audio({ samples }: Clip, lengthMs: number, dtx: boolean): RecordedPacket[] {
  if (samples.length === 0) return [];
  const looped = new Int16Array((lengthMs / 1000) * CLIP_RATE_HZ).map((_, i) => samples[i % samples.length] ?? 0);
  const packets = (units: readonly Uint8Array[]): RecordedPacket[] =>
    units.map((payload, index) => ({ atMs: index * OPUS_STEP_MS, payload, marker: false }));
  if (!dtx) return packets(encodeOpus(looped));
  // Twice, of which the second counts: an encoder takes a while to believe that nothing is said.
  const twice = new Int16Array(2 * looped.length);
  twice.set(looped);
  twice.set(looped, looped.length);
  const units = encodeOpus(twice, true).slice(looped.length / ((CLIP_RATE_HZ * OPUS_STEP_MS) / 1000));
  return packets(units).filter((_, index) => isSent(units, index));
}

/** Of what says that there is nothing to send libwebrtc sends the first, and then none until there is something again. */
function isSent(units: readonly Uint8Array[], index: number): boolean {
  return !isEmpty(units[index]) || !isEmpty(units.at(index - 1));
}

function isEmpty(unit: Uint8Array | undefined): boolean {
  return unit !== undefined && unit.length <= 2;
}
