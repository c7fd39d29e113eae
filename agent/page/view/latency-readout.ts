/** How late the descriptions are: a number in the header, its parts on request. */
import { LATENCY_STAGES, type Description } from '../../../pipeline/index.ts';
import { t, timeText } from '../texts.ts';
import { el } from './dom.ts';

/** Descriptions whose delivery is not confirmed yet, and confirmed ones the percentiles are over; the oldest fall. */
const WAITING = 64;
const KEPT = 256;

export class LatencyReadout {
  readonly element: HTMLElement;
  readonly #total = el('strong', {}, '–');
  readonly #many = el('p', { class: 'small' }, t('latencyNone'));
  readonly #bars = el('ol', { class: 'stages' });
  readonly #waiting = new Map<number, Description['latencyMs']>();
  #times: number[] = [];

  constructor() {
    const summary = el('summary', { title: t('latencyHint') }, `${t('latency')} `, this.#total);
    const hint = el('p', {}, t('latencyLast'));
    this.element = el(
      'details',
      { class: 'latency', 'aria-label': t('latency') },
      summary,
      el('div', { class: 'popup' }, hint, this.#bars, this.#many),
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
    this.#times = [...this.#times, sinceHopMs].slice(-KEPT);
    this.#total.textContent = timeText(sinceHopMs);
    const known = { ...latencyMs, delivered: deliveredMs };
    const longest = Math.max(...Object.values(known), 1);
    const rows = LATENCY_STAGES.flatMap((stage) => {
      const spent = known[stage];
      if (spent === undefined) return [];
      const bar = el('meter', { max: String(longest), value: String(spent), 'aria-hidden': 'true' });
      return [el('li', {}, el('span', {}, t(`stage_${stage}`)), bar, el('span', { class: 'spent' }, timeText(spent)))];
    });
    this.#bars.replaceChildren(...rows);
    const [p50, p95] = [0.5, 0.95].map((share) => timeText(quantile(this.#times, share)));
    this.#many.textContent = t('latencyMany', { count: String(this.#times.length), p50: p50 ?? '', p95: p95 ?? '' });
  }

  clear(): void {
    this.#waiting.clear();
    this.#times = [];
    this.#total.textContent = '–';
    this.#many.textContent = t('latencyNone');
    this.#bars.replaceChildren();
  }
}

/** Nearest rank. */
function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
