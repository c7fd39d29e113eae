/**
 * FFT of a real signal whose length is a power of two, into preallocated arrays (radix 2, through a complex
 * transform of half the length). Own because the sense runs it two hundred times a second and must not allocate.
 */
export class RealFft {
  readonly size: number;
  /** Bins 0..size/2 of the last `forward`. */
  readonly re: Float64Array;
  readonly im: Float64Array;
  readonly #half: number;
  readonly #order: Uint16Array;
  readonly #cos: Float64Array;
  readonly #sin: Float64Array;

  constructor(size: number) {
    if (size < 4 || (size & (size - 1)) !== 0 || size > 65_536) {
      throw new RangeError(`FFT size ${size} is not a power of two in 4..65536; choose one that is`);
    }
    this.size = size;
    this.#half = size / 2;
    this.re = new Float64Array(this.#half + 1);
    this.im = new Float64Array(this.#half + 1);
    this.#order = bitReversal(this.#half);
    this.#cos = Float64Array.from({ length: this.#half }, (_, k) => Math.cos((2 * Math.PI * k) / size));
    this.#sin = Float64Array.from({ length: this.#half }, (_, k) => -Math.sin((2 * Math.PI * k) / size));
  }

  /** Transforms `input[0..size)`; results are in `re` and `im` until the next call. */
  forward(input: Float64Array): void {
    const { re, im } = this;
    const order = this.#order;
    for (let i = 0; i < this.#half; i++) {
      const j = order[i];
      re[j] = input[2 * i];
      im[j] = input[2 * i + 1];
    }
    this.#butterflies();
    this.#unpack();
  }

  #butterflies(): void {
    const { re, im } = this;
    const cos = this.#cos;
    const sin = this.#sin;
    const half = this.#half;
    // The first stage turns by nothing: no multiplications.
    for (let a = 0; a < half; a += 2) {
      const xr = re[a + 1];
      const xi = im[a + 1];
      re[a + 1] = re[a] - xr;
      im[a + 1] = im[a] - xi;
      re[a] += xr;
      im[a] += xi;
    }
    for (let span = 2; span < half; span *= 2) {
      const step = half / span;
      // Turn by turn, so that the twiddle factors stay in registers.
      for (let k = 0; k < span; k++) {
        const c = cos[k * step];
        const s = sin[k * step];
        for (let a = k; a < half; a += 2 * span) {
          const b = a + span;
          const xr = re[b] * c - im[b] * s;
          const xi = re[b] * s + im[b] * c;
          re[b] = re[a] - xr;
          im[b] = im[a] - xi;
          re[a] += xr;
          im[a] += xi;
        }
      }
    }
  }

  /** Even and odd samples were transformed as one complex signal: takes them apart again. */
  #unpack(): void {
    const { re, im } = this;
    const cos = this.#cos;
    const sin = this.#sin;
    const half = this.#half;
    const dc = re[0];
    re[0] = dc + im[0];
    re[half] = dc - im[0];
    im[0] = 0;
    im[half] = 0;
    for (let k = 1; k <= half / 2; k++) {
      const m = half - k;
      const evenRe = (re[k] + re[m]) / 2;
      const evenIm = (im[k] - im[m]) / 2;
      const oddRe = (im[k] + im[m]) / 2;
      const oddIm = (re[m] - re[k]) / 2;
      const turnRe = oddRe * cos[k] - oddIm * sin[k];
      const turnIm = oddRe * sin[k] + oddIm * cos[k];
      re[k] = evenRe + turnRe;
      im[k] = evenIm + turnIm;
      re[m] = evenRe - turnRe;
      im[m] = turnIm - evenIm;
    }
  }
}

function bitReversal(length: number): Uint16Array {
  const order = new Uint16Array(length);
  for (let i = 1, bits = Math.log2(length); i < length; i++) {
    order[i] = (order[i >> 1] >> 1) | ((i & 1) << (bits - 1));
  }
  return order;
}
