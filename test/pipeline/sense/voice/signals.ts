import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { AudioFrame, VoiceSegment } from '../../../../pipeline/types.ts';
import { VoiceSense } from '../../../../pipeline/sense/voice/voice-sense.ts';
import { voiceColumn } from '../../../../pipeline/sense/voice/voice-features.ts';

export const RATE_HZ = 16_000;

/** Deterministic noise of variance 1. */
export function gaussian(seed = 1): () => number {
  let state = seed;
  const uniform = (): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return (state + 1) / 0x8000_0000;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

export interface Pulses {
  /** Signal over added white noise, dB. */
  readonly noiseDb?: number;
  /** Standard deviation of each period and of each amplitude, as a share. */
  readonly jitter?: number;
  readonly shimmer?: number;
  /** Bends F0, in semitones, at a time in seconds. */
  readonly bend?: (s: number) => number;
}

/** A glottal pulse train (Rosenberg pulses, differentiated) of `seconds` at RMS 0.1. */
export function pulseTrain(
  hz: number,
  seconds: number,
  { noiseDb = Infinity, jitter = 0, shimmer = 0, bend }: Pulses = {},
): Float64Array {
  const next = gaussian();
  const length = Math.round(seconds * RATE_HZ);
  const flow = new Float64Array(length);
  for (let at = 3.3; at < length;) {
    const period = RATE_HZ / (hz * 2 ** ((bend?.(at / RATE_HZ) ?? 0) / 12));
    const open = 0.6 * period;
    const amplitude = 1 + shimmer * next();
    for (let i = Math.ceil(at); i < Math.min(length, at + open); i++) {
      const phase = (i - at) / open;
      flow[i] +=
        amplitude *
        (phase < 0.66 ? 0.5 - 0.5 * Math.cos((Math.PI * phase) / 0.66) : Math.cos((Math.PI * (phase - 0.66)) / 0.68));
    }
    at += period * (1 + jitter * next());
  }
  const pressure = flow.map((x, i) => x - (flow[i - 1] ?? 0));
  const rms = Math.hypot(...pressure.subarray(0, RATE_HZ / 2)) / Math.sqrt(Math.min(length, RATE_HZ / 2));
  const noise = 10 ** (-noiseDb / 20);
  return pressure.map((x) => 0.1 * (x / rms + noise * next()));
}

export function tone(hz: number, seconds: number, amplitude = 0.2): Float64Array {
  return Float64Array.from(
    { length: seconds * RATE_HZ },
    (_, i) => amplitude * Math.sin((2 * Math.PI * hz * i) / RATE_HZ),
  );
}

export function whiteNoise(seconds: number, rms: number, seed = 7): Float64Array {
  const next = gaussian(seed);
  return Float64Array.from({ length: seconds * RATE_HZ }, () => rms * next());
}

/** Something that talks: a pulse train with moving pitch that opens and closes five times a second. */
export function babble(hz: number, seconds: number, gain = 1): Float64Array {
  const sound = pulseTrain(hz, seconds, { bend: (s) => 1.5 * Math.sin(2 * Math.PI * 0.7 * s), noiseDb: 25 });
  return sound.map((x, i) => gain * x * Math.max(0.02, Math.sin((Math.PI * 5 * i) / RATE_HZ) ** 2));
}

export function concat(...parts: ArrayLike<number>[]): Float32Array {
  return Float32Array.from(parts.flatMap((part) => Array.from(part)));
}

/** Frames of `frameMs` from `startUs` on. */
export function frames(
  samples: ArrayLike<number>,
  {
    startUs = 5_000_000,
    frameMs = 20,
    state = 'ok',
  }: { startUs?: number; frameMs?: number; state?: AudioFrame['state'] } = {},
): AudioFrame[] {
  const size = Math.max(1, Math.round((frameMs * RATE_HZ) / 1000));
  const out: AudioFrame[] = [];
  for (let i = 0; i < samples.length; i += size) {
    const part = Float32Array.from({ length: Math.min(size, samples.length - i) }, (_, k) => samples[i + k]);
    out.push({ captureUs: startUs + Math.round((i * 1e6) / RATE_HZ), samples: part, state, decodedMs: 1 });
  }
  return out;
}

export function sense(input: readonly AudioFrame[], voice = new VoiceSense({ nowMs: () => 2 })): VoiceSegment[] {
  return input.flatMap((frame) => voice.push(frame));
}

export function feature(segment: VoiceSegment, name: string): number {
  return segment.features[voiceColumn(name)];
}

/** Mean of a feature over the segments that are mostly speech (and voiced, when asked). */
export function mean(segments: readonly VoiceSegment[], name: string, voiced = false): number {
  const values = segments
    .filter((segment) => feature(segment, 'active') >= 0.5 && (!voiced || feature(segment, 'voiced') >= 0.4))
    .map((segment) => feature(segment, name));
  return values.reduce((a, b) => a + b, 0) / values.length;
}

const SOX = 'sox';
const ESPEAK = 'espeak-ng';
const ALSA = '/usr/share/sounds/alsa';

/** Whether a program answers, and a recorded voice is there; says so when not. */
export function speechTools(): { readonly recorded: boolean; readonly synthetic: boolean } {
  const has = (program: string): boolean => {
    try {
      execFileSync(program, ['--version'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  };
  const sox = has(SOX);
  const recorded = sox && existsSync(`${ALSA}/Front_Center.wav`);
  const synthetic = sox && has(ESPEAK);
  if (!recorded) console.warn('SKIPPED: recorded speech (needs sox and Front_Center.wav of alsa-utils)');
  if (!synthetic) console.warn('SKIPPED: synthetic speech (needs sox and espeak-ng)');
  return { recorded, synthetic };
}

const toFloat = ['-r', String(RATE_HZ), '-c', '1', '-b', '32', '-e', 'floating-point', '-t', 'raw', '-'];

function floats(raw: Buffer): Float32Array {
  return new Float32Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.length));
}

/** A recorded voice, through sox effects. */
export function recording(name: string, ...effects: string[]): Float32Array {
  return floats(
    execFileSync(SOX, [`${ALSA}/${name}.wav`, ...toFloat, ...effects], { stdio: ['ignore', 'pipe', 'ignore'] }),
  );
}

/** Words spoken by espeak-ng, through sox effects. */
export function spoken(text: string, options: readonly string[], ...effects: string[]): Float32Array {
  const wav = execFileSync(ESPEAK, [...options, '--stdout', text], { maxBuffer: 1e8 });
  return floats(
    execFileSync(SOX, ['-t', 'wav', '-', ...toFloat, 'gain', '-n', '-6', ...effects], {
      input: wav,
      maxBuffer: 1e8,
      stdio: ['pipe', 'pipe', 'ignore'],
    }),
  );
}
