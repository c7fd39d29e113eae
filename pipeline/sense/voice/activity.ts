import { powerDb, SPECTRUM_FFT, SPECTRUM_WINDOW } from './grid.ts';
import { MEL_BANDS } from './mel.ts';
import { NoiseFloor } from './noise-floor.ts';

/** First mel band of each of the coarse bands; narrow ones fluctuate too much to hold a floor against. */
const COARSE = [0, 3, 7, 12, 17, 22, MEL_BANDS];
const COARSE_COUNT = COARSE.length - 1;
/** Sum of |X|^2 over the half spectrum to mean power: Parseval with a Hann window (mean square 3/8). */
const TO_POWER = 2 / (SPECTRUM_FFT * 0.375 * SPECTRUM_WINDOW);
/** Energy smoothing per frame, about 30 ms. */
const SMOOTHING = 0.4;
/** Mean excess of the three clearest bands over their floor, dB. */
const SPEECH_SCORE_DB = 6;
const SOUNDING_SCORE_DB = 3.5;
const WHISPER_SCORE_DB = 9;
const VOICED_STRENGTH = 0.5;
/** Voiced frames of the last five that start speech. */
const VOICED_TO_START = 3;
/** Unvoiced sounds belong to speech for this long after a voiced one; then only the hangover remains. Frames of 10 ms. */
const UNVOICED_FRAMES = 30;
const HANGOVER_FRAMES = 12;
/** Pitch moves by less than this share from frame to frame; what rumble shows as pitch leaps. */
const PITCH_STEP_SHARE = 0.15;
/** Spectral change averaged over about 150 ms: machines hold a sound this still, voices tremble (speech: 0.1-0.3). */
const STEADY_FLUX = 0.04;
const FLUX_SMOOTHING = 0.07;
const FLUX_START = 0.1;
/** What is this far below the loudest of the last seconds is its echo, not speech. */
const ECHO_DB = 32;
const LOUDEST_DECAY_DB = 0.04;
/** Whisper: loud frames among the last twelve, and risings that fade with a time constant of about 0.7 s. */
const WHISPER_FRAMES = 7;
const RISING_DECAY = 0.985;
const RISINGS_TO_START = 1.4;
/** Mel bands from about 1.5 kHz: a whisper is brighter than a rumble. */
const FIRST_BRIGHT = 3;

/**
 * Voice activity, 100 decisions a second: energy above an adaptive floor per band, started by voicing (or by the rhythm
 * of a whisper), held over gaps between syllables. Steady noise never starts it; steady tones are recognised by their
 * steadiness and, after two seconds, are part of the floor.
 */
export class VoiceActivity {
  /** Speech is going on (including gaps of up to 120 ms). */
  active = false;
  /** Active and audible right now: the frames that spectral statistics are made of. */
  sounding = false;
  /** Excess over the noise floor of the three clearest bands, dB. */
  scoreDb = 0;
  readonly #floor = new NoiseFloor(COARSE_COUNT);
  readonly #smoothed = new Float64Array(COARSE_COUNT);
  readonly #excess = new Float64Array(COARSE_COUNT);
  #voicedBits = 0;
  #loudBits = 0;
  #risings = 0;
  #sinceVoiced = UNVOICED_FRAMES;
  #sinceSounding = HANGOVER_FRAMES;
  #flux = FLUX_START;
  #hz = 0;
  #loudestDb = -120;

  /** Level of the noise under the voice, dBFS. */
  get noiseDb(): number {
    return this.#floor.totalDb;
  }

  /** Part one of a frame: the level decides whether looking for a pitch is worth it. */
  measure(mel: Float64Array): boolean {
    for (let c = 0; c < COARSE_COUNT; c++) {
      let sum = 0;
      for (let b = COARSE[c]; b < COARSE[c + 1]; b++) sum += mel[b];
      this.#smoothed[c] += SMOOTHING * (sum * TO_POWER - this.#smoothed[c]);
      this.#excess[c] = this.#floor.excessDb(c, powerDb(this.#smoothed[c]));
    }
    this.#floor.step();
    this.scoreDb = meanOfTopThree(this.#excess);
    return this.scoreDb > SOUNDING_SCORE_DB;
  }

  /** Part two: decides, knowing the pitch (`hz` 0 when unvoiced), the spectrum's change and whether one line rules it. */
  decide(
    pitch: { readonly hz: number; readonly strength: number },
    levelDb: number,
    flux: number,
    pureTone: boolean,
  ): void {
    this.#flux += FLUX_SMOOTHING * (flux - this.#flux);
    this.#loudestDb = Math.max(this.#loudestDb - LOUDEST_DECAY_DB, levelDb);
    const lively = !pureTone && this.#flux > STEADY_FLUX && levelDb > this.#loudestDb - ECHO_DB;
    const speech = this.#isVoiced(pitch.hz, pitch.strength, lively) || this.#isWhisper(lively);
    this.#sinceVoiced = speech ? 0 : this.#sinceVoiced + 1;
    const audible = lively && this.scoreDb > SOUNDING_SCORE_DB && this.#sinceVoiced < UNVOICED_FRAMES;
    this.sounding = (speech && lively) || (this.active && audible);
    this.#sinceSounding = this.sounding ? 0 : this.#sinceSounding + 1;
    this.active = this.#sinceSounding < HANGOVER_FRAMES;
  }

  /** A frame without evidence (lost, or comfort silence): nothing is heard, and the floor learns nothing. */
  pass(): void {
    this.scoreDb = 0;
    this.sounding = false;
    this.#voicedBits <<= 1;
    this.#loudBits <<= 1;
    this.#sinceVoiced++;
    this.#sinceSounding++;
    this.active = false;
  }

  /** Forgets the speech, keeps the floor: the room is the same after a gap. */
  restart(): void {
    this.pass();
    this.#voicedBits = 0;
    this.#loudBits = 0;
    this.#risings = 0;
    this.#sinceVoiced = UNVOICED_FRAMES;
    this.#sinceSounding = HANGOVER_FRAMES;
    this.#flux = FLUX_START;
    this.#hz = 0;
    this.#loudestDb = -120;
    this.#smoothed.fill(0);
  }

  reset(): void {
    this.restart();
    this.#floor.reset();
  }

  /** Three of the last five frames voiced, with a pitch that goes on. */
  #isVoiced(hz: number, strength: number, lively: boolean): boolean {
    const goesOn = Math.abs(hz - this.#hz) < PITCH_STEP_SHARE * this.#hz;
    const voiced = hz > 0 && goesOn && lively && strength > VOICED_STRENGTH && this.scoreDb > SPEECH_SCORE_DB;
    this.#hz = hz;
    this.#voicedBits = ((this.#voicedBits << 1) | Number(voiced)) & 0b11111;
    return bitCount(this.#voicedBits) >= VOICED_TO_START;
  }

  /** Bright sound that comes in syllables: longer than clicks, with more than one rise. */
  #isWhisper(lively: boolean): boolean {
    const low = this.#smoothed[0] + this.#smoothed[1] + this.#smoothed[2];
    const bright =
      this.#smoothed[FIRST_BRIGHT] + this.#smoothed[FIRST_BRIGHT + 1] + this.#smoothed[FIRST_BRIGHT + 2] > low;
    const loud = lively && bright && this.scoreDb > WHISPER_SCORE_DB;
    this.#risings = this.#risings * RISING_DECAY + Number(loud && (this.#loudBits & 1) === 0);
    this.#loudBits = ((this.#loudBits << 1) | Number(loud)) & 0xfff;
    return bitCount(this.#loudBits) >= WHISPER_FRAMES && this.#risings > RISINGS_TO_START;
  }
}

function bitCount(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++;
  return count;
}

function meanOfTopThree(values: Float64Array): number {
  let first = 0;
  let second = 0;
  let third = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    third = Math.max(third, Math.min(value, second));
    second = Math.max(second, Math.min(value, first));
    first = Math.max(first, value);
  }
  return (first + second + third) / 3;
}
