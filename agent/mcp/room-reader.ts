/** A room as an assistant reads it: the public client, and what it remembers. */
import { WebSocket } from 'ws';
import { Conversation, UndertoneClient, type Answer } from '../client/index.ts';

interface RoomReaderOptions {
  /** Of the agent, e.g. `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly room: string;
  /** Shown to the people in the room: who reads along must be seen. */
  readonly name: string;
  /** Room token, where the agent asks for one. */
  readonly token?: string | undefined;
}

export class RoomReader {
  readonly room: string;
  readonly #client: UndertoneClient;
  readonly #conversation: Conversation;

  private constructor(room: string, client: UndertoneClient) {
    this.room = room;
    this.#client = client;
    this.#conversation = Conversation.of(client);
  }

  /** Enters the room, visibly. @throws {ClientError} */
  static async open({ url, room, name, token }: RoomReaderOptions): Promise<RoomReader> {
    const options = { url, room, name, states: true, WebSocket, ...(token !== undefined && { token }) };
    return new RoomReader(room, await UndertoneClient.connect(options));
  }

  status(): object {
    const { connected, session } = this.#client;
    return { room: this.room, connected, results: session.results, people: this.people().length };
  }

  /** Everybody in the room but this reader. */
  people(): ReturnType<typeof Conversation.prototype.people> {
    return this.#conversation.people().filter(({ id }) => id !== this.#client.session.participant.id);
  }

  /** The id of somebody by id or, when only one has it, by name. */
  find(who: string): string | undefined {
    const people = this.people();
    const named = people.filter(({ id, name }) => id === who || name?.toLowerCase() === who.toLowerCase());
    return people.find(({ id }) => id === who)?.id ?? (named.length === 1 ? named[0]?.id : undefined);
  }

  context(participant: string, seconds: number): ReturnType<Conversation['context']> {
    return this.#conversation.context(participant, { seconds });
  }

  /** @throws {ClientError} */
  ask(participant: string, task: Answer['task'], over: Answer['over']): Promise<Answer> {
    return this.#client.ask(participant, task, { over });
  }

  /** Leaves. Idempotent. */
  close(): void {
    this.#client.close();
  }
}
