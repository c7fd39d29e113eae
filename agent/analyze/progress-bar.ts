/** A progress bar on standard error, where somebody looks at it; silent in pipes and logs. */
const WIDTH = 30;

export class ProgressBar {
  readonly #on: boolean;
  #shown = -1;

  constructor(wanted: boolean) {
    this.#on = wanted && process.stderr.isTTY;
  }

  /** `share`: 0..1 of the work that is done. */
  show(share: number): void {
    const percent = Math.floor(Math.min(1, Math.max(0, share)) * 100);
    if (!this.#on || percent === this.#shown) return;
    this.#shown = percent;
    const full = Math.round((percent / 100) * WIDTH);
    process.stderr.write(`\r${'█'.repeat(full)}${'░'.repeat(WIDTH - full)} ${String(percent).padStart(3)} %`);
  }

  /** A line for people, whether or not the bar is shown. */
  note(line: string): void {
    this.#clear();
    process.stderr.write(`${line}\n`);
  }

  end(): void {
    this.#clear();
  }

  #clear(): void {
    if (this.#on && this.#shown >= 0) process.stderr.write(`\r${' '.repeat(WIDTH + 6)}\r`);
    this.#shown = -1;
  }
}
