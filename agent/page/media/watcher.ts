/** Receives everybody else over one connection: the server offers, the page answers. */
import type { ClientMessageInput } from '../../protocol/client-messages.ts';
import type { ServerMessage } from '../../protocol/server-messages.ts';

type Offer = Extract<ServerMessage, { type: 'offer' }>;

export interface WatcherOptions {
  readonly iceServers?: RTCIceServer[] | undefined;
  send(message: ClientMessageInput): void;
  /** The media of a participant, whenever its tracks change; null when there is none any more. */
  onStream(participant: string, stream: MediaStream | null): void;
}

export class Watcher {
  readonly #options: WatcherOptions;
  #connection: RTCPeerConnection;
  /** Of the offer that was answered last. */
  #number = 0;
  readonly #streams = new Map<string, MediaStream>();
  #queue: Promise<void> = Promise.resolve();
  #restarts = 0;
  #closed = false;

  constructor(options: WatcherOptions) {
    this.#options = options;
    this.#connection = this.#connect();
  }

  #connect(): RTCPeerConnection {
    const options = this.#options;
    const connection = new RTCPeerConnection(options.iceServers ? { iceServers: options.iceServers } : {});
    connection.addEventListener('icecandidate', ({ candidate }) => {
      if (connection !== this.#connection) return;
      options.send({
        type: 'candidate',
        candidate: candidate ? { candidate: candidate.candidate, sdpMid: candidate.sdpMid } : null,
      });
    });
    connection.addEventListener('connectionstatechange', () => {
      if (connection !== this.#connection) return;
      const state = connection.connectionState;
      if (state === 'connected') this.#restarts = 0;
      if (state === 'failed' && this.#restarts++ < 3) options.send({ type: 'restart' });
    });
    return connection;
  }

  /** Whose media there is now. */
  get streams(): ReadonlyMap<string, MediaStream> {
    return this.#streams;
  }

  /** Takes an offer; offers are worked on one after the other. */
  offer(offer: Offer): void {
    this.#queue = this.#queue
      .then(() => this.#answer(offer))
      .catch((error: unknown) => console.warn('an offer could not be answered', error));
  }

  close(): void {
    this.#closed = true;
    this.#connection.close();
    for (const participant of this.#streams.keys()) this.#options.onStream(participant, null);
    this.#streams.clear();
  }

  async #answer(offer: Offer): Promise<void> {
    if (this.#closed) return;
    // The server has given the connection up, or its engine failed: this offer is the first of a new one.
    if (offer.number <= this.#number) {
      this.#connection.close();
      this.#connection = this.#connect();
    }
    this.#number = offer.number;
    await this.#connection.setRemoteDescription({ type: 'offer', sdp: offer.sdp });
    await this.#connection.setLocalDescription();
    const sdp = this.#connection.localDescription?.sdp ?? '';
    this.#options.send({ type: 'answer', number: offer.number, sdp });
    this.#show(offer.tracks);
  }

  // The offer says which m-line is whose: m-lines are used again for other people.
  #show(tracks: Offer['tracks']): void {
    const byMid = new Map(this.#connection.getTransceivers().map(({ mid, receiver }) => [mid, receiver.track]));
    const wanted = new Map<string, MediaStreamTrack[]>();
    for (const { mid, participant } of tracks) {
      const track = byMid.get(mid);
      if (track) wanted.set(participant, [...(wanted.get(participant) ?? []), track]);
    }
    for (const participant of this.#streams.keys()) {
      if (wanted.has(participant)) continue;
      this.#streams.delete(participant);
      this.#options.onStream(participant, null);
    }
    for (const [participant, now] of wanted) this.#update(participant, now);
  }

  #update(participant: string, now: readonly MediaStreamTrack[]): void {
    const stream = this.#streams.get(participant) ?? new MediaStream();
    for (const track of stream.getTracks()) if (!now.includes(track)) stream.removeTrack(track);
    for (const track of now) stream.addTrack(track);
    this.#streams.set(participant, stream);
    this.#options.onStream(participant, stream);
  }
}
