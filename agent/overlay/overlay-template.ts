/** From what is known of a person to what is on the tile. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Description, Evidence } from '../../pipeline/index.ts';
import { certaintyOf } from './certainty.ts';
import { icon, type IconName } from './icons.ts';
import { familyOf } from './label-families.ts';
import { ago, duration, fill, textsOf, type Language, type Texts } from './languages.ts';
import { cueIn, sentenceIn, shiftIn } from './rephrase.ts';
import { STALE_MS, type TileReading, type TileStatus } from './tile-reading.ts';
import { TREND_MS, type Trend } from './trend.ts';

/** The connection that the overlay itself holds; `fed` when it holds none. */
export type Link = 'fed' | 'connecting' | 'connected' | { readonly failed: string };

export interface View {
  readonly reading: TileReading;
  readonly link: Link;
  readonly language: Language;
  /** The clock of the reading. */
  readonly nowMs: number;
  /** Whether the evidence is shown. */
  readonly open: boolean;
  readonly onWhy: () => void;
  readonly onRetry: () => void;
}

const LABELS = 3;
const BOX = { width: 100, height: 24 };

export function tile(view: View): TemplateResult {
  const { reading, link } = view;
  const told = link === 'fed' || link === 'connected';
  const analysed =
    told && (reading.status === 'reading' || reading.status === 'waiting' || reading.status === 'private');
  return html`<div class="frame">
    <ul class="chips">
      ${analysed ? chip('analysis', textsOf(view.language).ui.analysisOn) : nothing}${told ? signals(view) : nothing}
    </ul>
    ${told && reading.status === 'reading' ? card(view) : plain(view)}
  </div>`;
}

/** What a screen reader is told when something changes. */
export function spokenText({ reading, language, link }: Pick<View, 'reading' | 'language' | 'link'>): string {
  const { description } = reading;
  const { ui } = textsOf(language);
  const name = reading.name ?? '';
  if (reading.status === 'reading') {
    const sentence = description ? sentenceIn(language, description) : '';
    return name && sentence ? `${name}: ${sentence}` : sentence;
  }
  if (typeof link === 'object') return fill(ui.failed, { reason: link.failed });
  return reading.status === 'waiting' ? '' : statusText(ui, reading.status, name || ui.someone);
}

function chip(name: IconName, text: string, warn = false): TemplateResult {
  return html`<li class="chip ${warn ? 'warn' : ''}" title=${text}>
    ${icon(name)}<span class="long-chip">${text}</span>
  </li>`;
}

/** What is wrong with the signal, and what has just changed. */
function signals({ reading, language, nowMs }: View): TemplateResult[] {
  const texts = textsOf(language);
  const chips = [...reading.signals].flatMap(([modality, state]) =>
    state === 'ok' ? [] : [chip(modality, texts.signal[modality][state], true)],
  );
  const shift = reading.shift(nowMs);
  if (shift) chips.push(chip('shift', shiftIn(language, shift.from, shift.to)));
  if (reading.lost) chips.unshift(chip('lost', texts.ui.lost, true));
  return chips;
}

/** A state without a description, as an icon and words. */
function plain({ reading, link, language, onRetry }: View): TemplateResult {
  const { ui } = textsOf(language);
  if (typeof link === 'object')
    return html`<div class="card" part="card">
      <p class="state warn">${icon('lost')}<span>${fill(ui.failed, { reason: link.failed })}</span></p>
      <button type="button" @click=${onRetry}>${ui.retry}</button>
    </div>`;
  const status = link === 'connecting' ? 'connecting' : reading.status;
  const text = status === 'connecting' ? ui.connecting : statusText(ui, status, reading.name ?? ui.someone);
  return html`<div class="card" part="card">
    <p class="state">${icon(STATUS_ICONS[status])}<span>${text}</span></p>
  </div>`;
}

const STATUS_ICONS: Readonly<Record<TileStatus | 'connecting', IconName>> = {
  connecting: 'wait',
  waiting: 'wait',
  reading: 'analysis',
  off: 'off',
  withdrawn: 'off',
  private: 'lock',
  left: 'away',
};

function statusText(ui: Texts['ui'], status: TileStatus, name: string): string {
  switch (status) {
    case 'off':
      return ui.analysisOff;
    case 'withdrawn':
      return ui.withdrawn;
    case 'private':
      return fill(ui.private, { name });
    case 'left':
      return fill(ui.left, { name });
    default:
      return ui.waiting;
  }
}

function card(view: View): TemplateResult {
  const { reading, language, open, nowMs } = view;
  const { description } = reading;
  // Words that are still coming are the model's own: other languages wait for the evidence.
  const partial = language === 'en' ? reading.partial : undefined;
  const text = partial ?? (description ? sentenceIn(language, description) : textsOf(language).ui.waiting);
  const stale = reading.ageMs(nowMs) > STALE_MS;
  const unsure = description !== undefined && certaintyOf(description).level <= 2;
  const classes = ['card', stale ? 'stale' : '', unsure ? 'unsure' : '', open ? 'open' : ''].filter(Boolean).join(' ');
  return html`<div class=${classes} part="card">
    ${open && description ? signs(view, description) : nothing}
    <p class="caption ${partial === undefined ? '' : 'partial'}" part="caption" lang=${language}>${text}</p>
    ${description && !description.abstained ? html`<p class="short" aria-hidden="true">${words(language, description).join(' · ')}</p>` : nothing}
    ${description ? meta(view, description, stale) : nothing}
  </div>`;
}

function meta(view: View, description: Description, stale: boolean): TemplateResult {
  const { language, reading, nowMs, open, onWhy } = view;
  const { ui, certainty } = textsOf(language);
  const { level, word } = certaintyOf(description);
  const doubtful = level <= 2;
  return html`<div class="meta">
    <span class="sure ${doubtful ? 'warn' : ''}">
      ${doubtful ? icon(level === 0 ? 'none' : 'unsure') : nothing}
      <span class="dots" aria-hidden="true">${'●'.repeat(level)}${'○'.repeat(4 - level)}</span>
      <span class="vh">${certainty[word]}</span><span class="long" aria-hidden="true">${certainty[word]}</span>
    </span>
    <span class="age ${stale ? 'warn' : ''}">
      ${stale ? html`${icon('stale')}<span class="word">${ui.older},</span>` : nothing}
      <span>${ago(language, reading.ageMs(nowMs))}</span>
    </span>
    <span class="labels">${description.abstained ? nothing : labels(language, description)}</span>
    ${trend(language, reading.trend)}
    <button
      type="button"
      class="why"
      aria-expanded=${open ? 'true' : 'false'}
      aria-controls="signs"
      aria-label=${ui.why}
      title=${ui.whyTitle}
      @click=${onWhy}
    >
      ${icon('why')}<span class="long">${ui.why}</span>
    </button>
  </div>`;
}

function labels(language: Language, description: Description): TemplateResult[] {
  return words(language, description).map((word) => html`<span class="label" part="label">${word}</span>`);
}

/** The likeliest feelings in single words. */
function words(language: Language, description: Description): string[] {
  const { family } = textsOf(language);
  const terms = description.labels.map(({ term }) => {
    const known = familyOf(term);
    return language === 'en' || known === undefined ? term : family[known];
  });
  return [...new Set(terms)].slice(0, LABELS);
}

function trend(language: Language, line: Trend): TemplateResult {
  if (line.length < 2) return html`<span class="trend"></span>`;
  const { ui } = textsOf(language);
  const said = fill(ui.trend, {
    time: duration(language, TREND_MS - 1),
    valence: ui[`valence${line.direction('valence')}`],
    arousal: ui[`arousal${line.direction('arousal')}`],
  });
  const { width, height } = BOX;
  return html`<span class="trend" role="img" aria-label=${said} title=${said} part="trend">
    <svg viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" aria-hidden="true">
      <path class="zero" d="M0 ${height / 2}H${width}" />
      <path class="arousal" d=${line.path('arousal', width, height)} />
      <path class="valence" d=${line.path('valence', width, height)} />
    </svg>
  </span>`;
}

function signs({ language }: View, { evidence, endMs }: Description): TemplateResult {
  const { ui } = textsOf(language);
  const items = evidence.map((piece) => sign(language, piece, endMs));
  return html`<div class="signs" id="signs" role="group" aria-label=${ui.whyTitle} part="evidence">
    ${
      items.length > 0
        ? html`<ul>
            ${items}
          </ul>`
        : html`<p>${ui.whyNothing}</p>`
    }
    <p>${ui.caution}</p>
  </div>`;
}

function sign(language: Language, piece: Evidence, endMs: number): TemplateResult {
  const { sense, strength, ui } = textsOf(language);
  const how = piece.magnitude < 0.33 ? 'slight' : piece.magnitude < 0.66 ? 'clear' : 'strong';
  const held = fill(ui.held, { time: duration(language, endMs - piece.startMs) });
  return html`<li class="sign">
    ${icon(piece.modality)}<span class="sense">${sense[piece.modality]}</span>
    <span>${cueIn(language, piece)}<span class="how">, ${strength[how]}, ${held}</span></span>
  </li>`;
}
