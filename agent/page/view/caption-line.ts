/** One description under a tile: the words, how sure, how old, and why. */
import type { Description } from '../../../pipeline/index.ts';
import { el } from './dom.ts';
import { ageText, certainty, evidenceText } from './words.ts';

/** After this long a description says little of the present, and looks so. */
const STALE_MS = 10_000;

export class CaptionLine {
  readonly element: HTMLLIElement;
  readonly #description: Description;
  readonly #why: HTMLDetailsElement | undefined;
  readonly #age = el('span', { class: 'age' });

  constructor(description: Description) {
    this.#description = description;
    const { level, words } = certainty(description);
    const sure = el(
      'span',
      { class: 'sure', title: `Confidence ${Math.round(description.confidence * 100)} of 100` },
      dots(level),
      words,
    );
    const meta = el('p', { class: 'caption-meta' }, this.#age, sure);
    for (const label of description.abstained ? [] : description.labels.slice(0, 3))
      meta.append(labelChip(label.term, label.score));
    const children: Node[] = [el('p', { class: 'caption-text' }, description.text), meta];
    this.#why = description.evidence.length > 0 ? why(description) : undefined;
    if (this.#why) children.push(this.#why);
    this.element = el('li', { class: `caption certainty-${level}` }, ...children);
  }

  /** Revisions of a description share its id. */
  get id(): string {
    return this.#description.id;
  }

  get whyIsOpen(): boolean {
    return this.#why?.open ?? false;
  }

  openWhy(open: boolean): void {
    if (this.#why) this.#why.open = open;
  }

  /** Lets the line age. @param nowMs room time */
  age(nowMs: number): void {
    const ageMs = nowMs - this.#description.endMs;
    const text = ageText(ageMs);
    if (this.#age.textContent !== text) this.#age.textContent = text;
    this.element.classList.toggle('stale', ageMs > STALE_MS);
  }
}

// Filled and empty marks: certainty is never told by colour alone.
function dots(level: number): HTMLElement {
  return el('span', { class: 'dots', 'aria-hidden': 'true' }, '●'.repeat(level) + '○'.repeat(4 - level));
}

function labelChip(term: string, score: number): HTMLElement {
  const percent = Math.round(score * 100);
  const chip = el(
    'span',
    { class: 'chip', title: `${term}: ${percent} of 100` },
    term,
    el('span', { class: 'chip-score' }, `${percent}`),
  );
  chip.style.setProperty('--score', `${percent}%`);
  return chip;
}

function why({ evidence, endMs }: Description): HTMLDetailsElement {
  const lines = evidence.map((piece) => {
    const held = Math.max(0, endMs - piece.startMs) / 1000;
    const sense = { face: 'seen', voice: 'heard', caption: 'said' }[piece.modality];
    return el('li', {}, el('span', { class: 'sense' }, sense), `${evidenceText(piece)}, for ${held.toFixed(1)} s`);
  });
  return el('details', { class: 'why' }, el('summary', {}, 'Why'), el('ul', {}, ...lines));
}
