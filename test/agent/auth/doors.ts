/** The ways into an agent that asks for room tokens, as a page and as a program take them. */
import { once } from 'node:events';
import type { SessionReady } from '../../../agent/protocol/server-messages.ts';
import { TestClient } from '../fakes.ts';
import { sign } from './tokens.ts';

export const OFFER = 'v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n';
export const SDP = { 'Content-Type': 'application/sdp' };

/** Whoever opens them names the agent anew for each test. */
export class Doors {
  readonly #url: () => string;

  constructor(url: () => string) {
    this.#url = url;
  }

  readonly publish = (token: string, room = 'lobby'): Promise<Response> => {
    const headers = { ...SDP, Authorization: `Bearer ${token}` };
    return fetch(new URL(`/whip/${room}`, this.#url()), { method: 'POST', headers, body: OFFER });
  };

  /** Connects as a page does: the token is one of the subprotocols. */
  readonly connect = async (token: string | undefined, room = 'lobby'): Promise<TestClient> => {
    const protocols = token === undefined ? [] : ['undertone', `bearer.${token}`];
    const client = new TestClient(this.#url(), `/ws?room=${room}`, {}, protocols);
    await once(client.socket, 'open');
    return client;
  };

  readonly join = async (
    changes: Record<string, unknown> = {},
  ): Promise<{ client: TestClient; ready: SessionReady; id: string }> => {
    const client = await this.connect(await sign(changes));
    client.send({ type: 'session.start' });
    const ready = await client.next('session.ready');
    return { client, ready, id: ready.participant.id };
  };

  /** The version of the words that hold in the room. */
  readonly receipt = async (): Promise<string> => {
    const { client, ready } = await this.join({ sub: 'reader' });
    client.socket.close();
    return ready.receipt.version;
  };
}
