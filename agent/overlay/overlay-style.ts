/** How the overlay looks. Its size decides, not the screen's: tiles of 160 px and full screens get the same element. */
import { css, unsafeCSS, type CSSResult } from 'lit';
import { sizes } from './overlay-sizes.ts';
import { GROUND_ALPHA, PALETTES } from './palette.ts';

const colour = (name: 'ground' | 'text' | 'muted' | 'tone' | 'watch'): CSSResult =>
  unsafeCSS(`light-dark(${PALETTES.light[name]}, ${PALETTES.dark[name]})`);

const host = css`
  :host {
    color-scheme: light dark;
    display: block;
    position: relative;
    font-family: system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'Noto Sans Arabic', sans-serif;
  }
  :host([theme='dark']) {
    color-scheme: dark;
  }
  :host([theme='light']) {
    color-scheme: light;
  }
  :host([for]) {
    position: absolute;
    top: 0;
    left: 0;
    z-index: 1;
    pointer-events: none;
  }
  :host([hidden]) {
    display: none;
  }
  /* In the top layer, over a video that fills the screen: none of what browsers give a popover. */
  :host([popover]) {
    position: fixed;
    inset: auto;
    margin: 0;
    padding: 0;
    border: 0;
    background: none;
    overflow: visible;
  }
  ::slotted(video) {
    display: block;
    width: 100%;
    height: 100%;
  }
  * {
    box-sizing: border-box;
  }
`;

const layout = css`
  .layer {
    --text: ${colour('text')};
    --muted: ${colour('muted')};
    --tone: ${colour('tone')};
    --watch: ${colour('watch')};
    --ground: color-mix(in srgb, ${colour('ground')} ${unsafeCSS(GROUND_ALPHA * 100)}%, transparent);
    container-type: size;
    position: absolute;
    inset: 0;
    pointer-events: none;
    overflow: clip;
  }
  .frame {
    position: absolute;
    inset: 0;
    padding: 4px;
    display: flex;
    flex-direction: column;
    justify-content: space-between;
    gap: 4px;
    font-size: 12px;
    line-height: 1.3;
    color: var(--text);
  }
  .chips {
    display: flex;
    flex-wrap: wrap;
    gap: 4px;
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .chip {
    display: flex;
    align-items: center;
    gap: 0.35em;
    min-height: 20px;
    padding: 1px 6px;
    border-radius: 999px;
    background: var(--ground);
    font-size: 11px;
    font-weight: 600;
  }
  .chip.warn {
    color: var(--watch);
  }
  .icon {
    flex: none;
    width: 1.2em;
    height: 1.2em;
    fill: none;
    stroke: currentcolor;
    stroke-width: 1.6;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  .card {
    pointer-events: auto;
    min-height: 0;
    display: flex;
    flex-direction: column;
    overflow: hidden;
    padding: 5px 7px;
    border: 1px solid transparent;
    border-radius: 8px;
    background: var(--ground);
  }
  .card.stale,
  .card.unsure {
    border: 1px dashed var(--watch);
  }
  .state {
    display: flex;
    gap: 0.45em;
    align-items: center;
    margin: 0;
    color: var(--text);
  }
  .vh {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
`;

const words = css`
  .caption {
    margin: 0;
    flex: none;
    font-weight: 550;
    overflow: hidden;
    overflow-wrap: anywhere;
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
    line-clamp: 2;
  }
  .short {
    margin: 0;
    font-weight: 600;
    white-space: nowrap;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .unsure .caption {
    font-style: italic;
    font-weight: 450;
  }
  .stale .caption {
    color: var(--muted);
  }
  .open .caption {
    -webkit-line-clamp: 6;
    line-clamp: 6;
  }
  .caption.partial::after {
    content: ' …';
  }
  .meta {
    flex: none;
    display: flex;
    align-items: center;
    gap: 2px 8px;
    min-height: 24px;
    color: var(--muted);
    font-size: 11px;
  }
  .sure,
  .age {
    display: flex;
    gap: 0.35em;
    align-items: center;
    white-space: nowrap;
  }
  .warn {
    color: var(--watch);
  }
  .dots {
    letter-spacing: 0.05em;
    color: var(--tone);
  }
  .labels,
  .long,
  .short {
    display: none;
  }
  /* Whole labels only: those without room wrap out of sight. */
  .labels {
    flex-wrap: wrap;
    gap: 6px 4px;
    min-width: 0;
    height: 1.7em;
    overflow: hidden;
  }
  .label {
    padding: 0 0.55em;
    border: 1px solid currentcolor;
    border-radius: 6px;
    white-space: nowrap;
  }
  .trend {
    flex: 0 1 120px;
    min-width: 0;
    height: 20px;
    margin-inline-start: auto;
    overflow: hidden;
  }
  .trend svg {
    display: block;
    width: 100%;
    height: 100%;
  }
  /* Time runs with the script. */
  [dir='rtl'] .trend svg {
    transform: scaleX(-1);
  }
  .trend path {
    fill: none;
    vector-effect: non-scaling-stroke;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  .zero {
    stroke: var(--muted);
    stroke-width: 1;
    opacity: 0.5;
  }
  .valence {
    stroke: var(--tone);
    stroke-width: 2;
  }
  .arousal {
    stroke: var(--muted);
    stroke-width: 1.5;
    stroke-dasharray: 3 3;
  }
`;

const evidence = css`
  button {
    font: inherit;
    color: var(--tone);
    background: none;
    border: 0;
    border-radius: 6px;
    min-width: 24px;
    min-height: 24px;
    padding: 0 4px;
    display: flex;
    gap: 0.35em;
    align-items: center;
    justify-content: center;
    font-weight: 650;
    cursor: pointer;
    pointer-events: auto;
  }
  .why {
    flex: none;
  }
  :focus-visible {
    outline: 2px solid var(--tone);
    outline-offset: 1px;
  }
  .signs {
    min-height: 0;
    overflow: auto;
    margin-bottom: 4px;
    padding-bottom: 4px;
    border-bottom: 1px solid var(--muted);
    font-size: 11px;
  }
  .signs h3,
  .signs p,
  .signs ul {
    margin: 0;
    padding: 0;
    font-size: inherit;
    list-style: none;
  }
  .signs p {
    color: var(--muted);
  }
  .sign {
    display: flex;
    gap: 0.45em;
    align-items: baseline;
    padding: 1px 0;
  }
  .sign .icon {
    align-self: center;
    color: var(--tone);
  }
  .sense,
  .how {
    color: var(--muted);
  }
`;

export const STYLE: readonly CSSResult[] = [host, layout, words, evidence, sizes];
