/** The made-up voice of the synthetic caller: a buzz through three formants, in syllables and phrases. No words. */
import { moodAt, speaksAt } from './moods.ts';

/** Formants of three vowels, in Hz. */
const VOWELS = [
  [730, 1090, 2440],
  [530, 1840, 2480],
  [390, 1990, 2550],
] as const;
const FORMANT_GAIN = [1, 0.6, 0.25] as const;
/** How often the voice is steered. */
const STEP_S = 0.05;

export interface SyntheticVoice {
  readonly track: MediaStreamTrack;
  /** How loud the voice is now, 0..1: the mouth follows it. */
  level(): number;
  stop(): void;
}

/** Starts the voice; it needs to have been asked for by a click. */
export async function startVoice(seconds: () => number): Promise<SyntheticVoice> {
  const audio = new AudioContext({ sampleRate: 48_000 });
  await audio.resume();
  const source = new OscillatorNode(audio, { type: 'sawtooth', frequency: 160 });
  const envelope = new GainNode(audio, { gain: 0 });
  const meter = new AnalyserNode(audio, { fftSize: 512 });
  const out = new MediaStreamAudioDestinationNode(audio);
  const formants = VOWELS[0].map((frequency, index) => {
    const filter = new BiquadFilterNode(audio, { type: 'bandpass', frequency, Q: 9 });
    source
      .connect(filter)
      .connect(new GainNode(audio, { gain: FORMANT_GAIN[index] ?? 0 }))
      .connect(envelope);
    return filter;
  });
  envelope.connect(meter).connect(out);
  source.start();
  const steering = setInterval(() => steer(audio, seconds(), source, envelope, formants), STEP_S * 1000);
  const [track] = out.stream.getAudioTracks();
  if (!track) throw new Error('the browser made no audio track');
  const samples = new Float32Array(meter.fftSize);
  return {
    track,
    level: () => {
      meter.getFloatTimeDomainData(samples);
      return Math.min(1, Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length) * 6);
    },
    stop: () => {
      clearInterval(steering);
      void audio.close();
    },
  };
}

function steer(
  audio: AudioContext,
  seconds: number,
  source: OscillatorNode,
  envelope: GainNode,
  formants: readonly BiquadFilterNode[],
): void {
  const mood = moodAt(seconds);
  const beat = seconds * mood.syllablesPerSecond;
  const syllable = Math.max(0, Math.sin(Math.PI * (beat % 1))) ** 0.7;
  const contour = Math.sin(seconds * 1.9) * 0.6 + Math.sin(seconds * 5.3) * 0.4;
  const declination = ((seconds % 4.2) / 4.2) * -2;
  const pitch = mood.pitchHz * 2 ** ((contour * mood.swingSemitones + declination) / 12);
  const vowel = VOWELS[Math.floor(beat) % VOWELS.length] ?? VOWELS[0];
  const at = audio.currentTime + STEP_S;
  source.frequency.linearRampToValueAtTime(pitch, at);
  envelope.gain.linearRampToValueAtTime(speaksAt(seconds) ? syllable * mood.loudness * 0.9 : 0, at);
  formants.forEach((filter, index) => filter.frequency.linearRampToValueAtTime(vowel[index] ?? 1000, at));
}
