/** The small valence and arousal gauge: where, and how sure (the larger the ellipse, the less). */
import type { Estimate } from '../../../pipeline/index.ts';
import { el, svg } from './dom.ts';
import { moodText } from './words.ts';

const HALF = 40;

export class Gauge {
  readonly element: HTMLElement;
  readonly #spread = svg('ellipse', { class: 'gauge-spread' });
  readonly #dot = svg('circle', { class: 'gauge-dot', r: '3.5' });
  readonly #picture: SVGSVGElement;

  constructor() {
    const clip = `0 0 ${2 * HALF} ${2 * HALF}`;
    this.#picture = svg(
      'svg',
      { viewBox: clip, role: 'img', class: 'gauge-picture' },
      svg('path', { class: 'gauge-axes', d: `M${HALF} 4V${2 * HALF - 4}M4 ${HALF}H${2 * HALF - 4}` }),
      this.#spread,
      this.#dot,
    );
    this.element = el(
      'div',
      { class: 'gauge' },
      el('span', { class: 'gauge-top', 'aria-hidden': 'true' }, 'lively'),
      this.#picture,
      el('span', { class: 'gauge-bottom', 'aria-hidden': 'true' }, 'unpleasant ↔ pleasant'),
    );
    this.clear();
  }

  show(valence: Estimate, arousal: Estimate): void {
    this.#dot.removeAttribute('hidden');
    this.#spread.removeAttribute('hidden');
    const centre = [HALF + valence.mean * (HALF - 4), HALF - arousal.mean * (HALF - 4)].map((x) => x.toFixed(1));
    const [x = '0', y = '0'] = centre;
    for (const [shape, attributes] of [
      [this.#dot, { cx: x, cy: y }],
      [this.#spread, { cx: x, cy: y, rx: radius(valence), ry: radius(arousal) }],
    ] as const) {
      for (const [name, value] of Object.entries(attributes)) shape.setAttribute(name, value);
    }
    this.#picture.setAttribute('aria-label', `Appears ${moodText(valence, arousal)}`);
  }

  clear(): void {
    this.#dot.setAttribute('hidden', '');
    this.#spread.setAttribute('hidden', '');
    this.#picture.setAttribute('aria-label', 'No reading');
  }
}

function radius(estimate: Estimate): string {
  return Math.min(HALF, Math.max(5, estimate.sd * HALF)).toFixed(1);
}
