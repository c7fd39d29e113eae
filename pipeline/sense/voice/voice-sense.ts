import type { AudioFrame, SignalState, VoiceSegment } from '../../types.ts';
import { Baseline, type BaselineOptions } from '../baseline.ts';
import { Descriptors, type HopState } from './descriptors.ts';
import { HOP, HOPS_PER_SEGMENT, SAMPLE_RATE_HZ, SEGMENT } from './grid.ts';
import { NeutralGuard } from './neutral-guard.ts';
import { SampleClock, usAt } from './sample-clock.ts';
import type { SegmentPool } from './segment-pool.ts';
import { VOICE_WIDTH } from './voice-features.ts';
import { TRACKED, VOICE_PRIOR } from './voice-prior.ts';
import { isValid, writeVoiceRow } from './voice-row.ts';
import { VoiceQuality } from './voice-quality.ts';

export interface VoiceSenseOptions {
  /** How fast the person's own baseline grows and fades. */
  readonly baseline?: BaselineOptions;
  /** `performance.now()` unless a test brings its own, ms. */
  readonly nowMs?: () => number;
}

/** What was not used, and why. */
export interface VoiceSenseCounts {
  /** Samples that came twice or too late and were skipped. */
  readonly lateSamples: number;
  readonly missingSamples: number;
  readonly concealedSamples: number;
  readonly clockJumps: number;
}

/** A segment with less trust than this is called `poor`. */
const POOR_QUALITY = 0.25;
/** No microphone is this quiet: a track of zeros. */
const DIGITAL_SILENCE_DB = -90;

/**
 * One person's voice: audio frames in, one row of `voice.features` per 100 ms out, aligned to multiples of 100 ms of the
 * capture clock. Streaming; allocates one row per segment and nothing per sample or per descriptor frame. Frames may be
 * of any length. Concealed audio is never evidence; a hole becomes segments with `valid` 0.
 */
export class VoiceSense {
  readonly #nowMs: () => number;
  readonly #clock = new SampleClock();
  readonly #descriptors = new Descriptors();
  readonly #baseline: Baseline;
  readonly #guard = new NeutralGuard();
  readonly #quality = new VoiceQuality();
  readonly #hop = new Float64Array(HOP);
  #out: VoiceSegment[] = [];
  #fill = 0;
  /** Samples of the current hop that are evidence, and that are the sender's silence. */
  #okSamples = 0;
  #dtxSamples = 0;
  #lastActiveAt = NaN;
  #decodedMs = 0;
  #lateSamples = 0;
  #missingSamples = 0;
  #concealedSamples = 0;
  #clockJumps = 0;

  constructor(options: VoiceSenseOptions = {}) {
    this.#nowMs = options.nowMs ?? (() => performance.now());
    this.#baseline = new Baseline(VOICE_PRIOR, options.baseline);
  }

  get counts(): VoiceSenseCounts {
    return {
      lateSamples: this.#lateSamples,
      missingSamples: this.#missingSamples,
      concealedSamples: this.#concealedSamples,
      clockJumps: this.#clockJumps,
    };
  }

  /** Tells what the other senses make of the person: while not neutral, the baseline stands still. */
  setNeutral(neutral: boolean): void {
    this.#guard.told = neutral;
  }

  /** Takes the next frame; returns the segments that it completed. */
  push(frame: AudioFrame): readonly VoiceSegment[] {
    const clock = this.#clock;
    const before = clock.position;
    clock.align(frame.captureUs, frame.samples.length);
    if (clock.jumped) this.#jump(before);
    this.#decodedMs = frame.decodedMs;
    if (clock.missing > 0) this.#miss(clock.missing);
    this.#lateSamples += clock.skip;
    if (clock.slew > 0) this.#feed(frame, 0, 1);
    this.#feed(frame, clock.skip + Number(clock.slew < 0), frame.samples.length);
    return this.#take();
  }

  /** Forgets the person: audio, noise floor and baseline. */
  reset(): void {
    this.#clock.reset();
    this.#descriptors.reset();
    this.#baseline.reset();
    this.#guard.reset();
    this.#quality.reset();
    this.#clearHop();
    this.#lastActiveAt = NaN;
    this.#out = [];
  }

  #take(): readonly VoiceSegment[] {
    const out = this.#out;
    this.#out = [];
    return out;
  }

  #jump(before: number): void {
    if (!Number.isNaN(before)) {
      this.#clockJumps++;
      if (before % SEGMENT !== 0) this.#closeSegment(Math.ceil(before / SEGMENT) * SEGMENT);
    }
    this.#descriptors.restart();
    this.#clearHop();
    // Media may begin a little before zero.
    this.#fill = ((this.#clock.position % HOP) + HOP) % HOP;
    // A pause goes on over a jump ahead; before the first frame, or after a jump back, it begins here.
    if (!(this.#lastActiveAt <= this.#clock.position)) this.#lastActiveAt = this.#clock.position;
  }

  #miss(samples: number): void {
    this.#missingSamples += samples;
    for (let left = samples; left > 0;) {
      const count = Math.min(HOP - this.#fill, left);
      left -= count;
      this.#advance(count);
    }
  }

  #feed(frame: AudioFrame, from: number, to: number): void {
    const { samples, state } = frame;
    for (let i = from; i < to;) {
      const end = Math.min(to, i + HOP - this.#fill);
      const count = end - i;
      for (let at = this.#fill; i < end; i++, at++) this.#hop[at] = samples[i];
      if (state === 'ok') this.#okSamples += count;
      else if (state === 'dtx') this.#dtxSamples += count;
      else this.#concealedSamples += count;
      this.#advance(count);
    }
  }

  #advance(samples: number): void {
    this.#fill += samples;
    this.#clock.position += samples;
    if (this.#fill < HOP) return;
    this.#closeHop();
    if (this.#clock.position % SEGMENT === 0) this.#closeSegment(this.#clock.position);
  }

  #closeHop(): void {
    const state = this.#hopState();
    if (state === 'ok') this.#quality.observe(this.#hop);
    this.#descriptors.push(this.#hop, state);
    if (this.#descriptors.activity.active) this.#lastActiveAt = this.#clock.position;
    this.#clearHop();
  }

  #hopState(): HopState {
    if (this.#okSamples + this.#dtxSamples < HOP) return 'none';
    return this.#dtxSamples > this.#okSamples ? 'dtx' : 'ok';
  }

  #clearHop(): void {
    this.#hop.fill(0);
    this.#fill = 0;
    this.#okSamples = 0;
    this.#dtxSamples = 0;
  }

  #closeSegment(endSample: number): void {
    const { pool, recent } = this.#descriptors;
    this.#descriptors.finish();
    const features = new Float32Array(VOICE_WIDTH);
    let state: SignalState = 'lost';
    if (isValid(pool)) {
      pool.tracked[TRACKED.f0Range] = recent.rangeSemitones();
      pool.tracked[TRACKED.ratePerS] = recent.ratePerS();
      const quality = this.#quality.of(pool, this.#descriptors.activity.noiseDb);
      const pauseS = (endSample - this.#lastActiveAt) / SAMPLE_RATE_HZ;
      writeVoiceRow(features, pool, { baseline: this.#baseline, pauseS, quality });
      this.#learn(quality);
      state = stateOf(pool, quality);
    }
    this.#descriptors.begin();
    this.#quality.begin();
    const times = { startUs: usAt(endSample - SEGMENT), endUs: usAt(endSample) };
    this.#out.push({ ...times, features, state, sensedMs: this.#nowMs(), decodedMs: this.#decodedMs });
  }

  /** Only clear speech of a calm person teaches the baseline. */
  #learn(quality: number): void {
    const { pool } = this.#descriptors;
    if (2 * pool.activeHops < HOPS_PER_SEGMENT || quality < POOR_QUALITY) return;
    const seconds = (pool.activeHops * HOP) / SAMPLE_RATE_HZ;
    this.#baseline.learn(pool.tracked, seconds, this.#guard.isNeutral(pool.tracked, this.#baseline, seconds));
  }
}

function stateOf(pool: SegmentPool, quality: number): SignalState {
  if (2 * pool.dtxHops > pool.cleanHops || pool.loudestDb < DIGITAL_SILENCE_DB) return 'silent';
  return quality < POOR_QUALITY ? 'poor' : 'ok';
}
