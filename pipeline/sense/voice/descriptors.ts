import { VoiceActivity } from './activity.ts';
import { HOP, PITCH_WINDOW } from './grid.ts';
import { Perturbation } from './perturbation.ts';
import { PitchTracker } from './pitch.ts';
import { RecentSpeech } from './recent.ts';
import { SegmentPool, semitones } from './segment-pool.ts';
import { Spectrum } from './spectrum.ts';
import { Syllables } from './syllables.ts';

/** What a hop of samples is worth: speech or sound, the sender's silence, or nothing (lost, concealed). */
export type HopState = 'ok' | 'dtx' | 'none';

const SPECTRUM_HOPS = 2;
const PITCH_HOPS = 6;
/** At the edges of voicing, periods cannot be told apart well enough to speak of jitter. */
const REGULAR_STRENGTH = 0.75;
/** A spectral peak (Hann main lobe, 4 bins each side) with all but a quarter of a per cent of the energy is a whistle, not a voice. */
const TONE_REACH = 4;
const TONE_SHARE = 0.9975;

/**
 * The 100 Hz chain. A frame belongs to the 10 ms in which its windows end: a segment is then complete with its last
 * sample, and nobody minds that its pitch is 25 ms older.
 */
export class Descriptors {
  readonly activity = new VoiceActivity();
  readonly pitch = new PitchTracker();
  readonly recent = new RecentSpeech();
  readonly pool = new SegmentPool();
  readonly spectrum = new Spectrum();
  readonly #perturbation = new Perturbation();
  readonly #syllables = new Syllables();
  readonly #history = new Float64Array(PITCH_WINDOW);
  #cleanRun = 0;
  #place = 0;

  /** Takes the next 10 ms. */
  push(hop: Float64Array, state: HopState): void {
    this.#history.copyWithin(0, HOP);
    this.#history.set(hop, PITCH_WINDOW - HOP);
    this.#cleanRun = state === 'none' ? 0 : this.#cleanRun + 1;
    if (state === 'ok' && this.#cleanRun >= SPECTRUM_HOPS) this.#hear();
    else this.#pass(state);
    this.#place++;
  }

  /** Ends a segment: `pool` is then finished, until `begin`. */
  finish(): void {
    const count = this.pitch.trace();
    this.pool.finish(this.pitch.tracedHz, this.pitch.tracedHeight, count);
    for (let i = 0; i < count; i++) {
      const hz = this.pitch.tracedHz[i];
      this.recent.pushPitch(hz > 0 ? semitones(hz) : NaN);
    }
  }

  /** Begins the next segment. */
  begin(): void {
    this.pool.clear();
    this.#place = 0;
  }

  /** After a jump of the clock nothing that went before may leak into what follows; the room's noise stays known. */
  restart(): void {
    this.#history.fill(0);
    this.#cleanRun = 0;
    this.pitch.reset();
    this.activity.restart();
    this.spectrum.reset();
    this.#syllables.reset();
    this.recent.reset();
    this.begin();
  }

  /** A new person: nothing stays. */
  reset(): void {
    this.restart();
    this.activity.reset();
  }

  #hear(): void {
    const { activity, pitch, spectrum } = this;
    spectrum.measure(this.#history);
    if (activity.measure(spectrum.mel.bands) && this.#cleanRun >= PITCH_HOPS) pitch.step(this.#history);
    else pitch.skip();
    activity.decide(pitch, spectrum.levelDb, spectrum.flux, isPureTone(spectrum.power));
    const voiced = activity.active && pitch.hz > 0;
    const syllable = this.#syllables.step(spectrum.mel.bands, voiced);
    this.recent.push(syllable, activity.active);
    this.pool.add(this.#place, activity, spectrum);
    // Every other frame: neighbours would measure the same periods again.
    const regular = voiced && pitch.strength > REGULAR_STRENGTH && this.#place % 2 === 0;
    if (regular && this.#perturbation.measure(this.#history, pitch.hz)) this.pool.addPerturbation(this.#perturbation);
  }

  #pass(state: HopState): void {
    this.pitch.skip();
    this.activity.pass();
    this.spectrum.reset();
    this.recent.push(false, false);
    if (state === 'none') return;
    this.pool.cleanHops++;
    this.pool.dtxHops += Number(state === 'dtx');
  }
}

function isPureTone(power: Float64Array): boolean {
  let peak = 0;
  let total = 0;
  for (let b = 0; b < power.length; b++) {
    total += power[b];
    if (power[b] > power[peak]) peak = b;
  }
  let around = 0;
  for (let b = Math.max(0, peak - TONE_REACH); b <= Math.min(power.length - 1, peak + TONE_REACH); b++)
    around += power[b];
  return around > TONE_SHARE * total;
}
