/** A call from joining to leaving: what the server says becomes what is on the screen. */
import { UndertoneClient, type ClientEvent, type SessionReady } from '../client/index.ts';
import type { Participant } from '../protocol/participants.ts';
import { CallView } from './call-view.ts';
import { PublishError } from './media/publisher.ts';
import { Watcher } from './media/watcher.ts';
import { OwnMedia } from './own-media.ts';
import { t, timeText } from './texts.ts';
import { hideBanner, showBanner, showFault, showStatus } from './view/banner.ts';
import { askConsent } from './view/consent-dialog.ts';
import type { LobbyChoice } from './view/lobby.ts';

/** A media engine that failed is back within a second or two. */
const PUBLISH_AGAIN_MS = 1000;
const PUBLISH_ATTEMPTS = 10;

export class Call {
  readonly #choice: LobbyChoice;
  readonly #onEnd: (error?: Error) => void;
  #client: UndertoneClient | undefined;
  #watcher: Watcher | undefined;
  #media: OwnMedia | undefined;
  #view: CallView | undefined;
  /** The receipt that the person agreed to in this call; undefined while analysis is off. */
  #agreed: string | undefined;
  /** Who one is in the present session. */
  #self: string | undefined;
  /** The server has what is published here. */
  #live = false;
  #publishing = false;
  #ended = false;

  /** @param onEnd the person left, or joining failed with an error */
  constructor(choice: LobbyChoice, onEnd: (error?: Error) => void) {
    this.#choice = choice;
    this.#onEnd = onEnd;
    this.#begin().catch((error: unknown) => this.leave(asError(error)));
  }

  /** Leaves. Idempotent. */
  leave(error?: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    hideBanner();
    this.#client?.close();
    this.#watcher?.close();
    this.#media?.close();
    this.#view?.close();
    this.#onEnd(error);
  }

  async #begin(): Promise<void> {
    const { room, source } = this.#choice;
    const name = source === 'synthetic' ? `${this.#choice.name || 'Robin'}, synthetic` : this.#choice.name;
    const client = await UndertoneClient.connect({
      url: location.origin,
      room,
      name,
      token: roomToken(),
      watch: true,
      states: true,
      deltas: true,
    });
    if (this.#ended) return client.close();
    this.#client = client;
    this.#self = client.session.participant.id;
    // Offers come at once, and are answered while the person still reads the receipt.
    this.#watch(client);
    void this.#follow(client).catch((error: unknown) => this.leave(asError(error)));
    if (!(await this.#admit(client.session)) || !this.#media) return;
    this.#view = new CallView(client, this.#media, this.#actions(client, this.#media));
    await this.#enter(client.session);
  }

  /** What a session begins with, the first one and those after a lost connection. */
  async #enter(session: SessionReady): Promise<void> {
    this.#view?.welcome(session);
    for (const [participant, stream] of this.#watcher?.streams ?? []) this.#view?.play(participant, stream);
    if (this.#agreed === session.receipt.version) this.#grant();
    await this.#publish();
  }

  #watch(client: UndertoneClient): void {
    this.#watcher?.close();
    this.#watcher = new Watcher({
      iceServers: client.session.iceServers,
      send: (message) => void client.send(message),
      onStream: (participant, stream) => this.#view?.play(participant, stream),
    });
  }

  async #follow(client: UndertoneClient): Promise<void> {
    for await (const event of client.events()) this.#receive(client, event);
  }

  #receive(client: UndertoneClient, event: ClientEvent): void {
    switch (event.type) {
      case 'session.ready':
        return this.#again(client, event);
      case 'offer':
        return this.#watcher?.offer(event);
      case 'connection.lost':
        showBanner(t('lost', { time: timeText(event.retryMs) }));
        break;
      case 'connection.closed':
        return this.leave(event.error);
      case 'consent.changed':
        // Also when it was not by a click here: who switches it on again is asked again.
        if (event.participant === client.session.participant.id && !event.granted) this.#agreed = undefined;
        break;
      case 'consent.cleared':
        if (event.participant === client.session.participant.id)
          showStatus(t('erased', { time: timeText(event.tookMs) }));
        break;
      case 'participant.changed':
        if (event.participant.id === this.#self) this.#noteOwn(event.participant);
        break;
      case 'analysis.changed':
        if (!event.enabled) this.#agreed = undefined;
        break;
      case 'error':
        showFault(event.message);
        if (event.code === 'receipt-outdated' || event.code === 'analysis-stopped') this.#agreed = undefined;
        break;
      default:
    }
    this.#view?.receive(event);
  }

  /** The connection is back, with the session that was lost or with a new one. */
  #again(client: UndertoneClient, session: SessionReady): void {
    hideBanner();
    showStatus(t(session.resumed?.complete ? 'resumed' : 'renewed'));
    const same = session.resumed !== undefined && session.participant.id === this.#self;
    this.#self = session.participant.id;
    if (same) {
      // A switch turned meanwhile could not be told.
      const { muted } = this.#media ?? {};
      for (const kind of ['audio', 'video'] as const)
        if (muted) client.send({ type: 'mute', kind, muted: muted[kind] });
      return this.#view?.receive(session);
    }
    this.#watch(client);
    void this.#enter(session);
  }

  /** Asks for consent, and only then for the camera. False when the person turned back. */
  async #admit({ receipt, room }: SessionReady): Promise<boolean> {
    const answer = await askConsent(receipt, { alreadyInCall: false, room });
    if (answer === 'cancel') this.leave();
    if (this.#ended || answer === 'cancel') return false;
    const media = await OwnMedia.open(this.#choice.source);
    if (this.#ended) {
      media.close();
      return false;
    }
    this.#media = media;
    if (answer === 'agree') this.#agreed = receipt.version;
    return true;
  }

  /** What was published is gone and nobody here took it back: the media engine failed. */
  #noteOwn({ audio, video }: Participant): void {
    const live = audio !== 'none' || video !== 'none';
    const lost = this.#live && !live && !this.#publishing;
    this.#live = live;
    if (lost) void this.#publish();
  }

  async #publish(attempt = 1): Promise<void> {
    const [client, media] = [this.#client, this.#media];
    if (!client || !media || this.#ended) return;
    const { whip, token, iceServers } = client.session;
    this.#publishing = true;
    this.#live = false;
    try {
      await media.publish(
        { path: whip, token, iceServers },
        {
          onConnected: hideBanner,
          onUnreached: () => showBanner(t(refusesLoopback() ? 'unreachedLoopback' : 'unreached')),
          onLost: () => void this.#publish(),
        },
      );
      for (const kind of ['audio', 'video'] as const)
        if (media.muted[kind]) client.send({ type: 'mute', kind, muted: true });
    } catch (error) {
      if (error instanceof PublishError && error.retryable && attempt < PUBLISH_ATTEMPTS)
        setTimeout(() => void this.#publish(attempt + 1), PUBLISH_AGAIN_MS);
      else showFault(asError(error).message);
    } finally {
      this.#publishing = false;
    }
  }

  #actions(client: UndertoneClient, media: OwnMedia): ConstructorParameters<typeof CallView>[2] {
    return {
      leave: () => this.leave(),
      analysis: () => void this.#switchAnalysis(client),
      mute: (kind, muted) => {
        media.mute(kind, muted);
        client.send({ type: 'mute', kind, muted });
      },
      choose: (kind, deviceId) => {
        media.choose(kind, deviceId).catch((error: unknown) => showFault(asError(error).message));
      },
      caption: (caption) => void client.sendCaption(caption),
      ask: ({ participant, task, over }) => client.ask(participant, task, { over }),
    };
  }

  async #switchAnalysis(client: UndertoneClient): Promise<void> {
    if (this.#agreed !== undefined) {
      this.#agreed = undefined;
      client.setConsent({ granted: false });
      return;
    }
    const { receipt, room } = client.session;
    if ((await askConsent(receipt, { alreadyInCall: true, room })) !== 'agree') return;
    this.#agreed = receipt.version;
    this.#grant();
  }

  #grant(): void {
    if (this.#agreed === undefined) return;
    const sent = this.#client?.send({ type: 'consent.set', granted: true, receiptVersion: this.#agreed });
    // The banner says that the connection is lost; who wants it on then is asked again.
    if (sent !== true) this.#agreed = undefined;
  }
}

/** Firefox pairs no address with one of loopback, unless told to. */
function refusesLoopback(): boolean {
  return navigator.userAgent.includes('Firefox/') && /^(localhost|127\..*|\[::1\])$/.test(location.hostname);
}

/** What the address carries after `#token=`: a fragment, so that no server and no log sees it on the way. */
function roomToken(): string | undefined {
  return new URLSearchParams(location.hash.slice(1)).get('token') ?? undefined;
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error
    ? thrown
    : new Error('Something went wrong on this page. Reload it.', { cause: thrown });
}
