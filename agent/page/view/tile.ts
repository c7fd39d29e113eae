/** One participant on the screen: picture, marks, rolling descriptions. */
import type { Description, SignalEvent } from '../../../pipeline/index.ts';
import type { Participant } from '../../protocol/participants.ts';
import { CaptionLine } from './caption-line.ts';
import { button, el } from './dom.ts';
import { Gauge } from './gauge.ts';
import { signalText } from './words.ts';

/** The newest description and the ones before it that are still shown. */
const LINES = 3;

export interface TileOptions {
  readonly own: boolean;
  /** Whether this viewer may see the descriptions of this participant. */
  readonly seesResults: boolean;
}

export class Tile {
  readonly element: HTMLElement;
  readonly #options: TileOptions;
  readonly #video = el('video', { autoplay: true, playsinline: true });
  readonly #name = el('h2', { class: 'name' });
  readonly #mark = el('span', { class: 'mark' });
  readonly #media = el('span', { class: 'media-state' });
  readonly #signals = el('ul', { class: 'signals', 'aria-label': 'Signal' });
  readonly #captions = el('ol', { class: 'captions', 'aria-live': 'polite', 'aria-relevant': 'additions' });
  readonly #quiet = el('p', { class: 'quiet' });
  readonly #gauge = new Gauge();
  readonly #states = new Map<SignalEvent['modality'], string>();
  #lines: CaptionLine[] = [];
  #participant: Participant;

  constructor(participant: Participant, options: TileOptions) {
    this.#options = options;
    this.#participant = participant;
    this.#video.muted = options.own;
    const top = el('div', { class: 'tile-top' }, this.#mark, this.#signals);
    const bottom = el('div', { class: 'tile-bottom' }, this.#name, this.#media);
    if (!options.own) bottom.append(this.#soundButton());
    this.element = el(
      'article',
      { class: `tile${options.own ? ' own' : ''}` },
      el('div', { class: 'picture' }, this.#video, top, bottom),
      el('div', { class: 'reading' }, el('div', { class: 'words' }, this.#captions, this.#quiet), this.#gauge.element),
    );
    this.update(participant);
  }

  /** Shows media. @param mirrored true for one's own camera */
  play(stream: MediaStream | null, mirrored = false): void {
    if (this.#video.srcObject !== stream) this.#video.srcObject = stream;
    this.#video.classList.toggle('mirrored', mirrored);
  }

  update(participant: Participant): void {
    const stopped = this.#participant.analysis && !participant.analysis;
    this.#participant = participant;
    const { name, analysis, audio, video } = participant;
    this.#name.textContent = this.#options.own ? `${name} (you)` : name;
    this.element.setAttribute('aria-label', `${name}, analysis ${analysis ? 'on' : 'off'}`);
    this.element.classList.toggle('analysed', analysis);
    this.#mark.textContent = analysis ? '◉ Analysis on' : '○ Analysis off';
    this.#media.textContent = [audio === 'muted' ? 'mic off' : '', video === 'muted' ? 'camera off' : '']
      .filter(Boolean)
      .join(', ');
    this.element.classList.toggle('dark', video !== 'live');
    if (stopped) this.clear();
    this.#explainQuiet();
  }

  describe(description: Description, nowMs: number): void {
    const line = new CaptionLine(description);
    line.age(nowMs);
    const [newest] = this.#lines;
    // Who reads the reasons goes on reading them.
    line.openWhy(newest?.whyIsOpen ?? false);
    if (newest?.id === description.id) {
      newest.element.remove();
      this.#lines.shift();
    }
    this.#captions.prepend(line.element);
    this.#lines.unshift(line);
    for (const old of this.#lines.splice(LINES)) old.element.remove();
    this.#gauge.show(description.valence, description.arousal);
    this.#explainQuiet();
  }

  signal(event: SignalEvent): void {
    const text = signalText(event);
    if (text === undefined) this.#states.delete(event.modality);
    else this.#states.set(event.modality, text);
    this.#signals.replaceChildren(...[...this.#states.values()].map((state) => el('li', { class: 'signal' }, state)));
  }

  /** Lets everything age. @param nowMs room time */
  age(nowMs: number): void {
    for (const line of this.#lines) line.age(nowMs);
  }

  /** Forgets what was read of this person. */
  clear(): void {
    this.#captions.replaceChildren();
    this.#signals.replaceChildren();
    this.#states.clear();
    this.#lines = [];
    this.#gauge.clear();
    this.#explainQuiet();
  }

  remove(): void {
    this.play(null);
    this.element.remove();
  }

  #explainQuiet(): void {
    const { name, analysis } = this.#participant;
    const who = this.#options.own ? 'you' : name;
    this.#quiet.hidden = this.#lines.length > 0;
    this.#gauge.element.hidden = !analysis || !this.#options.seesResults;
    if (!analysis) this.#quiet.textContent = `Analysis is off for ${who}. The program neither looks nor listens.`;
    else if (!this.#options.seesResults) this.#quiet.textContent = `Only ${name} sees the descriptions of ${name}.`;
    else this.#quiet.textContent = 'Listening and looking. The first description takes a few seconds.';
  }

  #soundButton(): HTMLButtonElement {
    const toggle = button('Sound on', { class: 'sound', 'aria-pressed': 'true' }, () => {
      this.#video.muted = !this.#video.muted;
      toggle.textContent = this.#video.muted ? 'Sound off' : 'Sound on';
      toggle.setAttribute('aria-pressed', String(!this.#video.muted));
    });
    return toggle;
  }
}
