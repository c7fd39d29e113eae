/** Everybody's timeline, and under them the sentences in words: for those who do not see lines, and for all. */
import type { AffectShift, AffectState, Description } from '../../../pipeline/index.ts';
import { sentenceIn, shiftIn } from '../../overlay/rephrase.ts';
import { language, t } from '../texts.ts';
import { el } from './dom.ts';
import { clock, Timeline } from './timeline.ts';

/** Sentences in the list; the oldest fall. */
const SENTENCES = 60;

export class Timelines {
  readonly element: HTMLElement;
  readonly log: HTMLElement;
  readonly #lines = new Map<string, Timeline>();
  readonly #names = new Map<string, string>();
  readonly #rows: { participant: string; id: string; element: HTMLLIElement }[] = [];
  readonly #holder = el('div', { class: 'timelines' });
  readonly #list = el('ol', { class: 'sentences', tabindex: '0', 'aria-label': t('sentences') });
  readonly #empty = el('p', { class: 'empty' }, t('timelineEmpty'));
  readonly #nothing = el('p', { class: 'empty' }, t('sentencesEmpty'));

  constructor() {
    const key = el(
      'p',
      { class: 'key' },
      el('span', { class: 'key-valence' }, t('pleasant')),
      el('span', { class: 'key-arousal' }, t('lively')),
      el('span', { class: 'key-sentence' }, t('sentenceMark')),
      el('span', { class: 'key-shift' }, t('shiftMark')),
    );
    this.element = el(
      'section',
      { class: 'panel' },
      el('div', { class: 'panel-head' }, el('h2', {}, t('timeline')), key),
    );
    this.element.append(this.#empty, this.#holder);
    this.log = el('section', { class: 'panel log' }, el('h2', {}, t('sentences')), this.#nothing, this.#list);
    this.#showEmptiness();
  }

  name(participant: string, name: string): void {
    this.#names.set(participant, name);
  }

  read({ participant, endMs, valence, arousal }: AffectState | Description): void {
    this.#line(participant).series.add(endMs, valence.mean, arousal.mean);
  }

  describe(description: Description): void {
    const { participant, id, endMs } = description;
    this.#drop((row) => row.id === id);
    if (description.retracted) return this.#lines.get(participant)?.series.retract(id);
    if (description.abstained) return;
    this.read(description);
    const text = sentenceIn(language(), description);
    this.#line(participant).series.say({ atS: endMs / 1000, id, text });
    this.#row(participant, id, endMs, text);
  }

  shift({ participant, id, startMs, from, to, cause }: AffectShift): void {
    const after = cause.utterance?.text;
    const text = shiftIn(language(), from, to) + (after ? ` (${t('causedBy', { text: after })})` : '');
    this.#line(participant).series.shift({ atS: startMs / 1000, id, text });
    this.#row(participant, id, startMs, text, 'shift');
  }

  /** @param nowMs room time */
  draw(nowMs: number): void {
    for (const line of this.#lines.values()) line.draw(nowMs);
  }

  /** Forgets a person; without one, everybody. */
  forget(participant?: string): void {
    for (const [id, line] of this.#lines) {
      if (participant !== undefined && id !== participant) continue;
      line.close();
      this.#lines.delete(id);
    }
    this.#drop((row) => participant === undefined || row.participant === participant);
    this.#showEmptiness();
  }

  #line(participant: string): Timeline {
    const held = this.#lines.get(participant);
    if (held) return held;
    const line = new Timeline(this.#names.get(participant) ?? participant);
    this.#lines.set(participant, line);
    this.#holder.append(line.element);
    this.#showEmptiness();
    return line;
  }

  #row(participant: string, id: string, atMs: number, text: string, kind = 'sentence'): void {
    const who = this.#names.get(participant) ?? participant;
    const head = el('p', { class: 'row-head' }, el('strong', {}, who), el('time', {}, clock(atMs / 1000)));
    const element = el('li', { class: kind }, head, el('p', {}, text));
    this.#list.prepend(element);
    this.#rows.unshift({ participant, id, element });
    for (const old of this.#rows.splice(SENTENCES)) old.element.remove();
    this.#showEmptiness();
  }

  #drop(which: (row: { participant: string; id: string }) => boolean): void {
    for (let i = this.#rows.length - 1; i >= 0; i--) {
      const row = this.#rows[i];
      if (!row || !which(row)) continue;
      row.element.remove();
      this.#rows.splice(i, 1);
    }
  }

  #showEmptiness(): void {
    this.#empty.hidden = this.#lines.size > 0;
    this.#nothing.hidden = this.#rows.length > 0;
    this.#list.hidden = this.#rows.length === 0;
  }
}
