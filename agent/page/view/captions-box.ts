/** One's own words, typed or heard by the browser: what matters most to a description. */
import type { CaptionInput } from '../../client/index.ts';
import { canListen, listen } from '../media/speech.ts';
import { language, t } from '../texts.ts';
import { el } from './dom.ts';

/** How long typed words took to say: about as fast as people talk. */
const MS_PER_WORD = 350;

export interface CaptionsOptions {
  /** Sends words; times are room time. */
  send(caption: CaptionInput): void;
  /** From `performance.now()` to room time. */
  roomMs(pageMs: number): number;
}

export class CaptionsBox {
  readonly element: HTMLElement;
  readonly #options: CaptionsOptions;
  readonly #text = el('input', { id: 'caption', maxlength: '500', autocomplete: 'off' });
  readonly #send = el('button', { type: 'submit' }, t('send'));
  readonly #listen = el('input', { type: 'checkbox', id: 'listen' });
  readonly #heard = el('p', { class: 'heard', role: 'status' });
  readonly #hint = el('p', { class: 'small' });
  #stop: (() => void) | undefined;

  constructor(options: CaptionsOptions) {
    this.#options = options;
    const form = el(
      'form',
      { class: 'caption-form' },
      el('label', { for: 'caption' }, t('typeHere')),
      el('div', { class: 'with-button' }, this.#text, this.#send),
    );
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#sendTyped();
    });
    this.#listen.addEventListener('change', () => (this.#listen.checked ? this.#start() : this.close()));
    const listening = canListen()
      ? el('label', { class: 'listen' }, this.#listen, el('span', {}, t('listen'), el('small', {}, t('listenHint'))))
      : el('p', { class: 'small' }, t('listenNone'));
    this.element = el(
      'section',
      { class: 'panel' },
      el('h2', {}, t('captions')),
      this.#hint,
      form,
      listening,
      this.#heard,
    );
    this.allow(false);
  }

  /** Words of somebody who has not agreed would be dropped: then none are taken. */
  allow(consented: boolean): void {
    for (const control of [this.#text, this.#send, this.#listen]) control.disabled = !consented;
    this.#hint.textContent = t(consented ? 'captionsHint' : 'captionsOff');
    if (!consented) this.close();
  }

  /** Stops listening. Idempotent. */
  close(): void {
    this.#stop?.();
    this.#stop = undefined;
    this.#listen.checked = false;
    this.#heard.textContent = '';
  }

  #sendTyped(): void {
    const text = this.#text.value.trim();
    if (text === '') return;
    const endMs = this.#options.roomMs(performance.now());
    const startMs = Math.max(0, endMs - text.split(/\s+/).length * MS_PER_WORD);
    this.#options.send({ text, startMs, endMs });
    this.#text.value = '';
    this.#heard.textContent = `“${text}”`;
  }

  #start(): void {
    this.#stop = listen(
      language(),
      ({ text, final, startMs, endMs }) => {
        const caption = { text, final, startMs: this.#options.roomMs(startMs), endMs: this.#options.roomMs(endMs) };
        this.#options.send(caption);
        this.#heard.textContent = `“${text}”`;
      },
      (reason) => {
        this.close();
        this.#heard.textContent = t('listenFailed', { reason });
      },
    );
  }
}
