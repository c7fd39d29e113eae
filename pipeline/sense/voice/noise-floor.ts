/** The minimum is taken over eight blocks of 250 ms: longer than a syllable, shorter than patience with a new fan. */
const BLOCKS = 8;
const BLOCK_FRAMES = 25;
/** Where the floor starts and how low it may go; digital silence must not make a whisper of noise look like a shout. */
const START_DB = -62;
const LOWEST_DB = -72;
/** How far the minimum of a fluctuating noise lies under its mean, dB (20 ms windows smoothed over 30 ms). */
const BIAS_DB = 5;

/** Noise floor per band by minimum statistics (after Martin 2001): speech dips to it between syllables, steady sound is it. */
export class NoiseFloor {
  /** Sum of the bands' floors, dBFS. */
  totalDb = 0;
  readonly #bandCount: number;
  /** `BLOCKS` minima per band; the block being filled is `#block`. */
  readonly #minima: Float64Array;
  readonly #floor: Float64Array;
  #block = 0;
  #frames = 0;

  constructor(bandCount: number) {
    this.#bandCount = bandCount;
    this.#minima = new Float64Array(bandCount * BLOCKS);
    this.#floor = new Float64Array(bandCount);
    this.reset();
  }

  /** Takes a band's level and says how far it is above the floor, dB (negative below the noise's usual level). */
  excessDb(band: number, levelDb: number): number {
    const at = band * BLOCKS + this.#block;
    if (levelDb < this.#minima[at]) this.#minima[at] = levelDb;
    if (levelDb < this.#floor[band]) this.#floor[band] = Math.max(levelDb, LOWEST_DB);
    return levelDb - this.#floor[band] - BIAS_DB;
  }

  /** After all bands of a frame. */
  step(): void {
    if (++this.#frames < BLOCK_FRAMES) return;
    this.#frames = 0;
    this.#block = (this.#block + 1) % BLOCKS;
    let total = 0;
    for (let band = 0; band < this.#bandCount; band++) {
      this.#minima[band * BLOCKS + this.#block] = Infinity;
      let min = Infinity;
      for (let b = 0; b < BLOCKS; b++) min = Math.min(min, this.#minima[band * BLOCKS + b]);
      this.#floor[band] = Math.max(min, LOWEST_DB);
      total += 10 ** ((this.#floor[band] + BIAS_DB) / 10);
    }
    this.totalDb = 10 * Math.log10(total);
  }

  reset(): void {
    this.#minima.fill(START_DB);
    this.#floor.fill(START_DB);
    this.totalDb = START_DB + BIAS_DB + 10 * Math.log10(this.#bandCount);
    this.#block = 0;
    this.#frames = 0;
  }
}
