/** One participant on the screen: the picture with the overlay on it, a name, and the sound. */
import type { ClientEvent, SessionReady } from '../../client/index.ts';
import type { UndertoneOverlay } from '../../overlay/index.ts';
import type { Participant } from '../../protocol/participants.ts';
import { t } from '../texts.ts';
import { button, el } from './dom.ts';

export class Tile {
  readonly element: HTMLElement;
  readonly #own: boolean;
  readonly #overlay: UndertoneOverlay = el('undertone-overlay');
  readonly #video = el('video', { autoplay: true, playsinline: true });
  readonly #name = el('h2', { class: 'name' });
  readonly #media = el('p', { class: 'media-state' });
  readonly #sound: HTMLButtonElement;

  constructor(participant: Participant, own: boolean) {
    this.#own = own;
    this.#video.muted = own;
    this.#sound = button('', { class: 'sound' }, () => this.#switchSound());
    this.#overlay.participant = participant.id;
    this.#overlay.append(this.#video);
    const foot = el('div', { class: 'tile-foot' }, this.#name, this.#media);
    if (!own) foot.append(this.#sound);
    this.element = el('article', { class: 'tile' }, this.#overlay, foot);
    this.update(participant);
  }

  /** Shows media. @param mirrored true for one's own camera */
  play(stream: MediaStream | null, mirrored = false): void {
    if (this.#video.srcObject !== stream) this.#video.srcObject = stream;
    this.#video.classList.toggle('mirrored', mirrored);
  }

  /** Once the tile stands in the page. */
  begin(session: SessionReady, participant: Participant): void {
    this.#overlay.push(session);
    this.#overlay.push({ type: 'participant.changed', participant });
  }

  receive(event: ClientEvent): void {
    this.#overlay.push(event);
  }

  update(participant: Participant): void {
    const { name, audio, video } = participant;
    this.#name.textContent = this.#own ? t('you', { name }) : name;
    this.element.setAttribute('aria-label', name);
    this.#media.textContent = [audio === 'muted' ? t('micOff') : '', video === 'muted' ? t('cameraOff') : '']
      .filter(Boolean)
      .join(' · ');
    this.element.classList.toggle('dark', video !== 'live');
    this.element.dataset['empty'] = t('noPicture');
    this.#sound.setAttribute('aria-label', t('sound', { name }));
    this.#showSound();
  }

  remove(): void {
    this.play(null);
    this.element.remove();
  }

  #switchSound(): void {
    this.#video.muted = !this.#video.muted;
    this.#showSound();
  }

  #showSound(): void {
    this.#sound.textContent = t(this.#video.muted ? 'soundOff' : 'soundOn');
    this.#sound.setAttribute('aria-pressed', String(!this.#video.muted));
  }
}
