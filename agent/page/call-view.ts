/** The call on the screen: header, tiles, toolbar. */
import type { Participant } from '../protocol/participants.ts';
import type { ServerMessage, SessionReady } from '../protocol/server-messages.ts';
import type { OwnMedia } from './own-media.ts';
import { byId, button, el } from './view/dom.ts';
import { LatencyReadout } from './view/latency-readout.ts';
import { Tile } from './view/tile.ts';
import { Toolbar, type ToolbarActions } from './view/toolbar.ts';
import { showStatus } from './view/banner.ts';

export class CallView {
  readonly #media: OwnMedia;
  readonly #tiles = new Map<string, Tile>();
  readonly #participants = new Map<string, Participant>();
  readonly #streams = new Map<string, MediaStream>();
  readonly #latency = new LatencyReadout();
  readonly #toolbar: Toolbar;
  readonly #grid = el('main', { class: 'grid' });
  readonly #notice = el('p', { class: 'notice' });
  readonly #alone: HTMLElement;
  readonly #ageing: ReturnType<typeof setInterval>;
  #session: SessionReady | undefined;
  /** Room time minus this page's clock. */
  #offsetMs = 0;

  constructor(room: string, media: OwnMedia, actions: ToolbarActions) {
    this.#media = media;
    this.#toolbar = new Toolbar(actions, !media.synthetic);
    this.#alone = alone();
    const link = button('Copy link', { class: 'link' }, () => {
      void navigator.clipboard.writeText(location.href).then(() => showStatus('The link is copied.'));
    });
    const header = el(
      'header',
      { class: 'call-header' },
      el('h1', {}, 'Undertone'),
      el('span', { class: 'room-name' }, room),
      link,
      this.#latency.element,
    );
    byId('app').replaceChildren(el('div', { class: 'call' }, header, this.#notice, this.#grid, this.#toolbar.element));
    this.#ageing = setInterval(() => this.#age(), 500);
    void this.#toolbar.showDevices(media.stream);
  }

  /** A session began, or began anew. */
  welcome(session: SessionReady): void {
    this.#session = session;
    this.#offsetMs = session.roomMs - performance.now();
    this.#notice.textContent = noticeOf(session);
    for (const tile of this.#tiles.values()) tile.remove();
    this.#tiles.clear();
    this.#participants.clear();
    this.#latency.clear();
    this.#grid.replaceChildren();
    for (const participant of [session.participant, ...session.participants]) this.#put(participant);
    this.#toolbar.showAnalysis(false);
    this.#tiles.get(session.participant.id)?.play(this.#media.stream, !this.#media.synthetic);
  }

  receive(message: ServerMessage): void {
    switch (message.type) {
      case 'participant.joined':
      case 'participant.changed':
        this.#put(message.participant);
        break;
      case 'participant.left':
        this.#drop(message.participant);
        break;
      case 'consent.changed':
        this.#consent(message.participant, message.granted);
        break;
      case 'affect.description':
        this.#tiles.get(message.participant)?.describe(message, this.#nowMs);
        this.#latency.described(message);
        break;
      case 'signal':
        this.#tiles.get(message.participant)?.signal(message);
        break;
      case 'delivered':
        this.#latency.delivered(message.seq, message.deliveredMs, message.sinceHopMs);
        break;
      default:
    }
  }

  /** The media of somebody else. */
  play(participant: string, stream: MediaStream | null): void {
    if (stream) this.#streams.set(participant, stream);
    else this.#streams.delete(participant);
    this.#tiles.get(participant)?.play(stream);
  }

  close(): void {
    clearInterval(this.#ageing);
    for (const tile of this.#tiles.values()) tile.remove();
  }

  get #nowMs(): number {
    return performance.now() + this.#offsetMs;
  }

  #age(): void {
    for (const tile of this.#tiles.values()) tile.age(this.#nowMs);
  }

  #put(participant: Participant): void {
    if (!this.#session) return;
    const { id } = participant;
    const own = id === this.#session.participant.id;
    this.#participants.set(id, participant);
    const held = this.#tiles.get(id);
    if (held) return held.update(participant);
    const tile = new Tile(participant, { own, seesResults: own || this.#session.results === 'room' });
    this.#tiles.set(id, tile);
    if (!own) tile.play(this.#streams.get(id) ?? null);
    this.#grid.append(tile.element);
    this.#arrange();
  }

  #drop(id: string): void {
    this.#tiles.get(id)?.remove();
    this.#tiles.delete(id);
    this.#participants.delete(id);
    this.#arrange();
  }

  #consent(id: string, granted: boolean): void {
    const participant = this.#participants.get(id);
    if (participant) this.#put({ ...participant, analysis: granted });
    if (id !== this.#session?.participant.id) return;
    this.#toolbar.showAnalysis(granted);
    if (!granted) this.#latency.clear();
  }

  #arrange(): void {
    this.#grid.dataset['count'] = String(Math.min(this.#tiles.size, 5));
    if (this.#tiles.size === 1) this.#grid.append(this.#alone);
    else this.#alone.remove();
  }
}

function noticeOf({ context, results }: SessionReady): string {
  const who =
    results === 'room'
      ? 'everybody in this room sees everybody’s descriptions'
      : 'you see the descriptions of you, and nobody else does';
  return context === 'demo'
    ? `Demo on this machine: ${who}. Descriptions tell how somebody appears, and are often wrong.`
    : `Descriptions tell how somebody appears, and are often wrong; ${who}.`;
}

function alone(): HTMLElement {
  const open = el(
    'a',
    { href: location.href, target: '_blank', rel: 'noopener', class: 'button' },
    'Join again in a second tab',
  );
  return el(
    'aside',
    { class: 'alone' },
    el('h2', {}, 'Nobody else is here yet'),
    el('p', {}, 'Open this address once more, for example as a synthetic caller.'),
    open,
  );
}
