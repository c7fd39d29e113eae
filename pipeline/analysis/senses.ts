/** One person's senses together: frames in, samples for the window out, and each modality's health. */
import type { FaceNets } from '../../models/index.ts';
import { featureIndex } from '../sense/face/feature-row.ts';
import { FaceSense } from '../sense/face/face-sense.ts';
import { VoiceSense } from '../sense/voice/voice-sense.ts';
import type { AudioFrame, VideoFrame } from '../types.ts';
import type { WindowInput } from '../window/hop.ts';
import type { Attention } from './attention.ts';
import { SignalBoard, type SignalChange } from './signal-board.ts';

const P_NEUTRAL = featureIndex('pNeutral');
const VALID = featureIndex('valid');
/** Below this share of "neutral" in the face, what the voice does is not taken for the person's usual voice. */
const NEUTRAL_FACE = 0.3;

export class Senses {
  readonly signals: SignalBoard;
  readonly #voice = new VoiceSense();
  readonly #face: FaceSense;
  readonly #attention: Attention | undefined;
  /** Counts clears, so that a picture being read while one happens is thrown away. */
  #life = 0;

  /** The nets are shared and stay the caller's. Without `attention` every picture is read. */
  constructor(nets: FaceNets, onSignal: (change: SignalChange) => void, attention?: Attention) {
    this.#face = new FaceSense(nets);
    this.#attention = attention;
    this.signals = new SignalBoard(onSignal);
  }

  hear(frame: AudioFrame): WindowInput[] {
    return this.#voice.push(frame).map((segment) => {
      this.signals.sense('voice', segment.state, segment.endUs);
      this.#attention?.heard(segment);
      return { kind: 'voice', segment };
    });
  }

  /** Reads one picture; not re-entrant. Undefined when the person was forgotten meanwhile. */
  async see(frame: VideoFrame): Promise<WindowInput | undefined> {
    const known = this.#attention?.known(frame);
    if (known) return { kind: 'face', sample: known };
    const life = this.#life;
    const sample = await this.#face.push(frame);
    if (life !== this.#life) {
      this.#face.reset();
      return undefined;
    }
    this.#attention?.read(frame, sample);
    this.#voice.setNeutral(sample.features[VALID] === 0 || sample.features[P_NEUTRAL] > NEUTRAL_FACE);
    this.signals.sense('face', sample.state, sample.captureUs);
    return { kind: 'face', sample };
  }

  /** Forgets the person: what was half heard, the face that was followed, the baselines. */
  clear(): void {
    this.#life++;
    this.#voice.reset();
    this.#face.reset();
    this.#attention?.reset();
    this.signals.clear();
  }

  /** Idempotent. */
  close(): void {
    this.clear();
    this.#face.close();
  }
}
