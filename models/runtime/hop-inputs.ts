/** The hop graph's own inputs, preallocated for one batch size and filled anew each hop. */
import { Tensor } from 'onnxruntime-node';
import { ModelError } from './errors.ts';
import type { ParticipantMemory } from './memory.ts';
import { CAPTION_SHAPE, FACE_SHAPE, VOICE_SHAPE } from './session.ts';

/** One participant's share of a hop; a sense that is not there is left out (zeros, with `valid` 0). */
export interface HopItem {
  readonly memory: ParticipantMemory;
  /** `[framesPerHop * face features]` of `features.json`, row by row. */
  readonly face?: Float32Array | undefined;
  /** `[segmentsPerHop * voice features]`. */
  readonly voice?: Float32Array | undefined;
  /** `[rowsPerHop * caption features]`: own words, then others'. */
  readonly caption?: Float32Array | undefined;
  /** What was said last, `[saidSize]` of the pack. */
  readonly said: Float32Array;
}

export class HopInputs {
  readonly rows: number;
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly #senses: readonly { readonly key: 'face' | 'voice' | 'caption' | 'said'; readonly data: Float32Array }[];
  readonly #count: BigInt64Array;

  constructor(rows: number, saidSize: number) {
    this.rows = rows;
    const shapes = { face: FACE_SHAPE, voice: VOICE_SHAPE, caption: CAPTION_SHAPE, said: [saidSize] };
    const make = (key: keyof typeof shapes) => {
      const dims = [rows, ...shapes[key]];
      return { key, dims, data: new Float32Array(dims.reduce((a, b) => a * b, 1)) };
    };
    const senses = (['face', 'voice', 'caption', 'said'] as const).map(make);
    this.#senses = senses;
    this.#count = new BigInt64Array(rows);
    this.tensors = {
      ...Object.fromEntries(senses.map(({ key, data, dims }) => [key, new Tensor('float32', data, dims)])),
      count: new Tensor('int64', this.#count, [rows]),
    };
  }

  /** Copies the items in. Throws {@link ModelError} `bad-input` for an array of the wrong length. */
  fill(items: readonly HopItem[]): void {
    for (const { key, data } of this.#senses) {
      const size = data.length / this.rows;
      for (const [row, item] of items.entries()) {
        const values = item[key];
        if (values === undefined) data.fill(0, row * size, (row + 1) * size);
        else if (values.length === size) data.set(values, row * size);
        else
          throw new ModelError('bad-input', `A hop's ${key} holds ${values.length} numbers; the pack takes ${size}.`);
      }
    }
    for (const [row, { memory }] of items.entries()) this.#count[row] = BigInt(memory.count);
  }
}
