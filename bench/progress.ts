const WIDTH = 24;
const REDRAW_MS = 100;

/** Where a progress bar is drawn; `process.stderr` fits. */
export interface ProgressOutput {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** A one-line progress bar for people: drawn only on a terminal, on standard error, so that standard output stays data. */
export class ProgressBar {
  readonly #output: ProgressOutput;
  readonly #label: string;
  readonly #total: number;
  #drawnMs = Number.NEGATIVE_INFINITY;
  #closed = false;

  /** `total` in the unit that `update` counts in. */
  constructor(label: string, total: number, output: ProgressOutput = process.stderr) {
    this.#label = label;
    this.#total = total;
    this.#output = output;
  }

  update(done: number, nowMs = performance.now()): void {
    if (this.#closed || this.#output.isTTY !== true || nowMs - this.#drawnMs < REDRAW_MS) return;
    this.#drawnMs = nowMs;
    const share = this.#total > 0 ? Math.min(1, done / this.#total) : 1;
    const filled = Math.round(share * WIDTH);
    this.#output.write(
      `\r${this.#label} ${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)} ${Math.round(share * 100)} %`,
    );
  }

  /** Wipes the bar. Idempotent. */
  close(): void {
    if (!this.#closed && this.#output.isTTY === true) this.#output.write('\r\u001B[K');
    this.#closed = true;
  }
}
