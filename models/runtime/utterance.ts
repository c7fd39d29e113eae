/** One row of a decoding branch: reads token ids, keeps the cue plan and the words apart. */
import type { PackManifest } from '../pack.ts';
import type { WordDecoder } from '../tokenizer.ts';

export class Utterance {
  /** Indices into the pack's cues, in the order they were named. */
  readonly cues: number[] = [];
  /** Whole words so far. */
  text = '';
  /** The branch came to its end of its own accord. */
  ended = false;
  readonly #manifest: PackManifest;
  readonly #decoder: WordDecoder;
  readonly #words: number[] = [];
  #planning = false;

  constructor(manifest: PackManifest, decoder: WordDecoder) {
    this.#manifest = manifest;
    this.#decoder = decoder;
  }

  /** Takes the next tokens; what follows the end is ignored. Returns the words that became whole. */
  push(ids: Iterable<bigint>): string {
    for (const id of ids) {
      if (this.ended) break;
      this.#take(Number(id));
    }
    return this.#grow(this.ended);
  }

  /** No more tokens will come: the last word counts as whole. */
  flush(): string {
    return this.#grow(true);
  }

  #take(id: number): void {
    const { eos, plan, unsure, sep, firstCue } = this.#manifest.tokens;
    const cue = id - firstCue;
    if (id === eos) this.ended = true;
    else if (id === plan || id === unsure) this.#planning = true;
    else if (id === sep) this.#planning = false;
    else if (cue >= 0 && cue < this.#manifest.cues.length) {
      // A tag among the words is the decoder's slip: neither a word nor planned evidence.
      if (this.#planning && !this.cues.includes(cue)) this.cues.push(cue);
    } else {
      // A plan whose end was forgotten ends with its first word.
      this.#planning = false;
      this.#words.push(id);
    }
  }

  #grow(final: boolean): string {
    if (this.#words.length === 0) return '';
    const decoded = this.#decoder.decode(this.#words);
    // The last word may go on in the next chunk ("smil" + "es"): hold it back until a space follows it.
    const whole = final ? decoded : decoded.slice(0, Math.max(0, decoded.lastIndexOf(' ')));
    if (whole.length <= this.text.length) return '';
    const delta = whole.slice(this.text.length);
    this.text = whole;
    return delta;
  }
}
