/** How late the descriptions are: a number in the header, its parts on request. */
import { LATENCY_STAGES, type Description } from '../../../pipeline/index.ts';
import { el } from './dom.ts';
import { durationText } from './words.ts';

const WORDS: Readonly<Record<(typeof LATENCY_STAGES)[number], string>> = {
  tap: 'fork in the server',
  decode: 'decode',
  sense: 'look and listen',
  window: 'wait for the hop',
  encode: 'encode',
  firstWord: 'first word',
  decoded: 'last word',
  delivered: 'deliver and confirm',
};
const WAITING = 64;

export class LatencyReadout {
  readonly element: HTMLElement;
  readonly #total = el('strong', {}, '–');
  readonly #parts = el('dl', {});
  /** Descriptions whose delivery is not confirmed yet; the oldest falls. */
  readonly #waiting = new Map<number, Description['latencyMs']>();

  constructor() {
    const summary = el(
      'summary',
      { title: 'From the end of what was heard and seen until its description was here and confirmed' },
      'Latency ',
      this.#total,
    );
    this.element = el(
      'details',
      { class: 'latency' },
      summary,
      el('div', { class: 'latency-parts' }, el('p', {}, 'The last description, stage by stage'), this.#parts),
    );
  }

  described({ seq, latencyMs }: Description): void {
    const [oldest] = this.#waiting.keys();
    if (this.#waiting.size >= WAITING && oldest !== undefined) this.#waiting.delete(oldest);
    this.#waiting.set(seq, latencyMs);
  }

  delivered(seq: number, deliveredMs: number, sinceHopMs: number): void {
    const latencyMs = this.#waiting.get(seq);
    if (!latencyMs) return;
    this.#waiting.delete(seq);
    this.#total.textContent = durationText(sinceHopMs);
    const known = { ...latencyMs, delivered: deliveredMs };
    const rows = LATENCY_STAGES.flatMap((stage) => {
      const spent = known[stage];
      return spent === undefined ? [] : [el('dt', {}, WORDS[stage]), el('dd', {}, durationText(spent))];
    });
    this.#parts.replaceChildren(...rows);
  }

  clear(): void {
    this.#waiting.clear();
    this.#total.textContent = '–';
    this.#parts.replaceChildren();
  }
}
