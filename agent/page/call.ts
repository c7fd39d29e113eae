/** A call from joining to leaving: what the server says becomes what is on the screen. */
import type { ServerMessage, SessionReady } from '../protocol/server-messages.ts';
import { CallView } from './call-view.ts';
import { Watcher } from './media/watcher.ts';
import { OwnMedia } from './own-media.ts';
import { RoomSocket } from './room-socket.ts';
import { hideBanner, showBanner, showStatus } from './view/banner.ts';
import { askConsent } from './view/consent-dialog.ts';
import type { LobbyChoice } from './view/lobby.ts';
import { durationText } from './view/words.ts';

export class Call {
  readonly #choice: LobbyChoice;
  readonly #onEnd: (error?: Error) => void;
  readonly #socket: RoomSocket;
  #session: SessionReady | undefined;
  #watcher: Watcher | undefined;
  #media: OwnMedia | undefined;
  #view: CallView | undefined;
  /** The receipt that the person agreed to in this call; undefined while analysis is off. */
  #agreed: string | undefined;
  #ended = false;

  /** @param onEnd the person left, or joining failed with an error */
  constructor(choice: LobbyChoice, onEnd: (error?: Error) => void) {
    this.#choice = choice;
    this.#onEnd = onEnd;
    const name = choice.source === 'synthetic' ? `${choice.name || 'Robin'}, synthetic` : choice.name;
    this.#socket = new RoomSocket({
      room: choice.room,
      name,
      onMessage: (message) => this.#receive(message),
      onLost: (retryMs) => this.#lost(retryMs),
    });
  }

  /** Leaves. Idempotent. */
  leave(error?: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    hideBanner();
    this.#socket.close();
    this.#watcher?.close();
    this.#media?.close();
    this.#view?.close();
    this.#onEnd(error);
  }

  #receive(message: ServerMessage): void {
    switch (message.type) {
      case 'session.ready':
        void this.#ready(message).catch((error: unknown) => this.leave(asError(error)));
        break;
      case 'offer':
        this.#watcher?.offer(message);
        break;
      case 'consent.cleared':
        if (message.participant === this.#session?.participant.id) {
          showStatus(`Analysis is off. Everything held about you was erased in ${durationText(message.tookMs)}.`);
        }
        break;
      case 'error':
        if (!this.#session) this.leave(new Error(message.message));
        else showStatus(message.message);
        if (message.code === 'receipt-outdated') this.#agreed = undefined;
        break;
      default:
        this.#view?.receive(message);
        if (message.type === 'affect.description')
          this.#socket.send({ type: 'ack', seq: message.seq, receivedMs: performance.now() });
    }
  }

  async #ready(session: SessionReady): Promise<void> {
    const again = this.#session !== undefined;
    this.#session = session;
    hideBanner();
    this.#watcher?.close();
    this.#watcher = new Watcher({
      send: (message) => this.#socket.send(message),
      onStream: (participant, stream) => this.#view?.play(participant, stream),
    });
    if (!again && !(await this.#admit(session))) return;
    if (this.#ended || !this.#media) return;
    this.#view ??= new CallView(this.#choice.room, this.#media, this.#actions(this.#media));
    this.#view.welcome(session);
    // Offers are answered while the person still reads the receipt.
    for (const [participant, stream] of this.#watcher.streams) this.#view.play(participant, stream);
    if (this.#agreed === session.receipt.version) this.#grant();
    await this.#publish();
  }

  /** Asks for consent, and only then for the camera. False when the person turned back. */
  async #admit({ receipt }: SessionReady): Promise<boolean> {
    const answer = await askConsent(receipt, { alreadyInCall: false });
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

  async #publish(): Promise<void> {
    const [session, media] = [this.#session, this.#media];
    if (!session || !media || this.#ended) return;
    try {
      await media.publish({ path: session.whip, token: session.token }, () => void this.#publish());
      for (const kind of ['audio', 'video'] as const)
        if (media.muted[kind]) this.#socket.send({ type: 'mute', kind, muted: true });
    } catch (error) {
      showStatus(asError(error).message);
    }
  }

  #actions(media: OwnMedia): ConstructorParameters<typeof CallView>[2] {
    return {
      leave: () => this.leave(),
      analysis: () => void this.#switchAnalysis(),
      mute: (kind, muted) => {
        media.mute(kind, muted);
        this.#socket.send({ type: 'mute', kind, muted });
      },
      choose: (kind, deviceId) => {
        media.choose(kind, deviceId).catch((error: unknown) => showStatus(asError(error).message));
      },
    };
  }

  async #switchAnalysis(): Promise<void> {
    if (!this.#session) return;
    if (this.#agreed !== undefined) {
      this.#agreed = undefined;
      this.#socket.send({ type: 'consent.set', granted: false });
      return;
    }
    const { receipt } = this.#session;
    if ((await askConsent(receipt, { alreadyInCall: true })) !== 'agree') return;
    this.#agreed = receipt.version;
    this.#grant();
  }

  #grant(): void {
    this.#socket.send({ type: 'consent.set', granted: true, receiptVersion: this.#agreed });
  }

  #lost(retryMs: number): void {
    const seconds = Math.max(1, Math.round(retryMs / 1000));
    showBanner(`The connection to the server is lost. Trying again in ${seconds} s.`, 'Try now', () =>
      this.#socket.retryNow(),
    );
  }
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error
    ? thrown
    : new Error('Something went wrong on this page. Reload it.', { cause: thrown });
}
