/** The call on the screen: header, tiles, what can be seen and asked beside them, toolbar. */
import type { CaptionInput, ClientEvent, SessionReady, UndertoneClient } from '../client/index.ts';
import type { Participant } from '../protocol/participants.ts';
import type { Answer } from '../protocol/server-messages.ts';
import { EventRecord } from './event-record.ts';
import type { OwnMedia } from './own-media.ts';
import { t } from './texts.ts';
import { AskBox, type Asked } from './view/ask-box.ts';
import { showStatus } from './view/banner.ts';
import { CaptionsBox } from './view/captions-box.ts';
import { byId, button, el } from './view/dom.ts';
import { save } from './view/save.ts';
import { LatencyReadout } from './view/latency-readout.ts';
import { about } from './view/lobby.ts';
import { Tile } from './view/tile.ts';
import { Timelines } from './view/timelines.ts';
import { Toolbar, type ToolbarActions } from './view/toolbar.ts';

export interface CallActions extends ToolbarActions {
  caption(caption: CaptionInput): void;
  /** Rejects with words for people. */
  ask(asked: Asked): Promise<Answer>;
}

const DRAW_MS = 500;

export class CallView {
  readonly #client: UndertoneClient;
  readonly #media: OwnMedia;
  readonly #tiles = new Map<string, Tile>();
  readonly #participants = new Map<string, Participant>();
  readonly #streams = new Map<string, MediaStream>();
  readonly #latency = new LatencyReadout();
  readonly #record = new EventRecord();
  readonly #timelines = new Timelines();
  readonly #toolbar: Toolbar;
  readonly #ask: AskBox;
  readonly #captions: CaptionsBox;
  readonly #grid = el('div', { class: 'grid' });
  readonly #notice = el('p', { class: 'notice' });
  readonly #alone = alone();
  readonly #drawing: ReturnType<typeof setInterval>;

  constructor(client: UndertoneClient, media: OwnMedia, actions: CallActions) {
    this.#client = client;
    this.#media = media;
    this.#toolbar = new Toolbar(actions, !media.synthetic);
    this.#ask = new AskBox((asked) => actions.ask(asked));
    this.#captions = new CaptionsBox({
      send: (caption) => actions.caption(caption),
      roomMs: (pageMs) => client.roomMs() - (performance.now() - pageMs),
    });
    const main = el('main', { class: 'stage' }, this.#notice, this.#grid, this.#timelines.element);
    const side = el('aside', { class: 'side' }, this.#timelines.log, this.#ask.element, this.#captions.element);
    const body = el('div', { class: 'call-body' }, main, side);
    byId('app').replaceChildren(el('div', { class: 'call' }, this.#header(), body, this.#toolbar.element));
    this.#drawing = setInterval(() => this.#timelines.draw(client.roomMs()), DRAW_MS);
    void this.#toolbar.showDevices(media.stream);
  }

  /** A session began, or began anew. */
  welcome(session: SessionReady): void {
    this.#notice.textContent = t(
      ({ self: 'noticeSelf', room: 'noticeRoom', roles: 'noticeRoles' } as const)[session.results],
    );
    for (const tile of this.#tiles.values()) tile.remove();
    this.#tiles.clear();
    this.#participants.clear();
    this.#timelines.forget();
    this.#latency.clear();
    this.#grid.replaceChildren();
    for (const participant of [session.participant, ...session.participants]) this.#put(participant);
    this.#showConsent(false);
    this.#tiles.get(session.participant.id)?.play(this.#media.stream, !this.#media.synthetic);
  }

  receive(event: ClientEvent): void {
    this.#record.push(event);
    this.#show(event);
    for (const tile of this.#tiles.values()) tile.receive(event);
  }

  /** The media of somebody else. */
  play(participant: string, stream: MediaStream | null): void {
    if (stream) this.#streams.set(participant, stream);
    else this.#streams.delete(participant);
    this.#tiles.get(participant)?.play(stream);
  }

  close(): void {
    clearInterval(this.#drawing);
    this.#captions.close();
    this.#timelines.forget();
    for (const tile of this.#tiles.values()) tile.remove();
  }

  #show(event: ClientEvent): void {
    switch (event.type) {
      case 'participant.joined':
      case 'participant.changed':
        return this.#put(event.participant);
      case 'participant.left':
        return this.#drop(event.participant);
      case 'consent.changed':
        return this.#consent(event.participant, event.granted);
      case 'affect.description':
        this.#latency.described(event);
        return this.#timelines.describe(event);
      case 'affect.state':
        return this.#timelines.read(event);
      case 'affect.shift':
        return this.#timelines.shift(event);
      case 'delivered':
        return this.#latency.delivered(event.seq, event.deliveredMs, event.sinceHopMs);
    }
  }

  #header(): HTMLElement {
    const link = button(t('copyLink'), { class: 'quiet' }, () => {
      void navigator.clipboard.writeText(location.href).then(() => showStatus(t('linkCopied')));
    });
    const saving = button(t('export'), { class: 'quiet', title: t('exportHint') }, () => {
      if (this.#record.length === 0) return showStatus(t('exportEmpty'));
      save(`undertone-${this.#client.session.room}.jsonl`, this.#record.toJsonLines());
    });
    const { room } = this.#client.session;
    return el(
      'header',
      { class: 'call-header' },
      el('h1', {}, t('title')),
      el('span', { class: 'room-name' }, t('inRoom', { room })),
      el('nav', { class: 'call-links' }, link, saving, about(t('about'), room)),
      this.#latency.element,
    );
  }

  #put(participant: Participant): void {
    const { id, name } = participant;
    const { session } = this.#client;
    this.#participants.set(id, participant);
    this.#timelines.name(id, name);
    this.#ask.people([...this.#participants.values()]);
    if (!participant.analysis) this.#timelines.forget(id);
    const held = this.#tiles.get(id);
    if (held) return held.update(participant);
    const own = id === session.participant.id;
    const tile = new Tile(participant, own);
    this.#tiles.set(id, tile);
    if (!own) tile.play(this.#streams.get(id) ?? null);
    this.#grid.append(tile.element);
    tile.begin(session, participant);
    this.#arrange();
  }

  #drop(id: string): void {
    this.#tiles.get(id)?.remove();
    this.#tiles.delete(id);
    this.#participants.delete(id);
    this.#timelines.forget(id);
    this.#ask.people([...this.#participants.values()]);
    this.#arrange();
  }

  #consent(id: string, granted: boolean): void {
    const participant = this.#participants.get(id);
    if (participant) this.#put({ ...participant, analysis: granted });
    if (id === this.#client.session.participant.id) this.#showConsent(granted);
  }

  #showConsent(granted: boolean): void {
    this.#toolbar.showAnalysis(granted);
    this.#captions.allow(granted);
    if (!granted) this.#latency.clear();
  }

  #arrange(): void {
    if (this.#tiles.size === 1) this.#grid.append(this.#alone);
    else this.#alone.remove();
  }
}

function alone(): HTMLElement {
  const open = el('a', { href: location.href, target: '_blank', rel: 'noopener', class: 'button' }, t('joinAgain'));
  return el('div', { class: 'alone' }, el('h2', {}, t('alone')), el('p', {}, t('aloneHint')), open);
}
