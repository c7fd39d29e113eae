/** Small pictures beside the words: every state has a shape of its own, and never only a colour. */
import { html, svg, type TemplateResult } from 'lit';

const SHAPES = {
  analysis: svg`<path d="M2 8s2.2-4 6-4 6 4 6 4-2.2 4-6 4-6-4-6-4Z"/><circle cx="8" cy="8" r="1.8"/>`,
  off: svg`<path d="M2 8s2.2-4 6-4 6 4 6 4-2.2 4-6 4-6-4-6-4Z"/><path d="m3 13 10-10"/>`,
  lock: svg`<rect x="3.5" y="7" width="9" height="6.5" rx="1.5"/><path d="M5.5 7V5a2.5 2.5 0 0 1 5 0v2"/>`,
  wait: svg`<path d="M4 8h.01M8 8h.01M12 8h.01" stroke-width="2.4"/>`,
  lost: svg`<path d="M2 6c3.5-3 8.5-3 12 0M4.5 9c2-1.6 5-1.6 7 0M8 12.2h.01"/><path d="m2.5 13.5 11-11"/>`,
  stale: svg`<circle cx="8" cy="8" r="5.5"/><path d="M8 4.8V8l2.2 1.5"/>`,
  unsure: svg`<path d="M5.6 6a2.4 2.4 0 1 1 3.3 2.2c-.6.3-.9.7-.9 1.5M8 12.3h.01"/>`,
  none: svg`<path d="M4 8h8"/>`,
  face: svg`<circle cx="8" cy="8" r="5.5"/><path d="M6 7h.01M10 7h.01M5.8 9.8c1.3 1.3 3.1 1.3 4.4 0"/>`,
  voice: svg`<path d="M3 6.5v3M6 4.5v7M9 6v4M12 3.5v9"/>`,
  caption: svg`<rect x="2" y="3.5" width="12" height="8" rx="1.5"/><path d="M5 7h6M5 9.3h3.5"/>`,
  away: svg`<path d="M6.5 3H3.5v10h3M7 8h6.5M11 5.5 13.5 8 11 10.5"/>`,
  shift: svg`<path d="M2.5 11 6 7.5l2.5 2.5 5-5M10.5 5h3v3"/>`,
  why: svg`<circle cx="8" cy="8" r="5.8"/><path d="M8 7.3v3.5M8 5.2h.01"/>`,
} as const;

export type IconName = keyof typeof SHAPES;

/** A decoration: the words beside it say the same. */
export function icon(name: IconName): TemplateResult {
  return html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true">${SHAPES[name]}</svg>`;
}
