/** The events of a room for every overlay of a page over one connection. */
import { ClientError, UndertoneClient, type ClientEvent, type ClientOptions } from '../client/index.ts';
import type { Participant } from '../protocol/participants.ts';

export type FeedListener = (event: ClientEvent) => void;

/** Everything a client tells; descriptions and numbers of those who withdrew are gone with `consent.changed`. */
const FOLLOWED = [
  'session.ready',
  'participant.joined',
  'participant.changed',
  'participant.left',
  'consent.changed',
  'analysis.changed',
  'signal',
  'affect.description',
  'affect.state',
  'affect.delta',
  'affect.shift',
  'connection.lost',
  'connection.restored',
  'connection.closed',
] as const satisfies readonly ClientEvent['type'][];

/** Listens to a client. An overlay that comes late is told the session as it was when it began. @returns what ends that */
export function follow(client: UndertoneClient, listener: FeedListener): () => void {
  listener(client.session);
  const ends = FOLLOWED.map((type) => client.on(type, listener));
  return () => ends.forEach((end) => end());
}

/** One connection, the overlays that share it, and what a late one must be told. */
class Feed {
  readonly #listeners = new Set<FeedListener>();
  readonly #people = new Map<string, Participant>();
  readonly #connecting: Promise<UndertoneClient>;
  #client: UndertoneClient | undefined;
  #closed = false;

  constructor(options: ClientOptions, onEnd: () => void) {
    this.#connecting = UndertoneClient.connect({ ...options, states: true, deltas: true });
    this.#connecting.then(
      (client) => {
        if (this.#closed) return client.close();
        this.#client = client;
        follow(client, (event) => this.#tell(event));
      },
      (error: unknown) => {
        onEnd();
        this.#tell({ type: 'connection.closed', error: asClientError(error) });
      },
    );
  }

  add(listener: FeedListener): void {
    this.#listeners.add(listener);
    if (!this.#client) return;
    listener(this.#client.session);
    for (const participant of this.#people.values()) listener({ type: 'participant.changed', participant });
  }

  /** @returns true when nobody listens any more */
  remove(listener: FeedListener): boolean {
    this.#listeners.delete(listener);
    return this.#listeners.size === 0;
  }

  close(): void {
    this.#closed = true;
    this.#client?.close();
  }

  #tell(event: ClientEvent): void {
    if (event.type === 'session.ready') this.#people.clear();
    if (event.type === 'participant.joined' || event.type === 'participant.changed')
      this.#people.set(event.participant.id, event.participant);
    if (event.type === 'participant.left') this.#people.delete(event.participant);
    for (const listener of this.#listeners) listener(event);
  }
}

const feeds = new Map<string, Feed>();

/** Listens to a room; the first overlay connects, the last one to go disconnects. @returns what ends that */
export function listen(options: ClientOptions, listener: FeedListener): () => void {
  const key = JSON.stringify([options.url, options.room, options.name, options.token]);
  const feed = feeds.get(key) ?? new Feed(options, () => feeds.delete(key));
  feeds.set(key, feed);
  feed.add(listener);
  return () => {
    if (!feed.remove(listener)) return;
    feeds.delete(key);
    feed.close();
  };
}

function asClientError(error: unknown): ClientError {
  return error instanceof ClientError ? error : new ClientError('unreachable', String(error), { cause: error });
}
