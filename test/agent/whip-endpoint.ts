import { expect } from 'vitest';
import { FakeSfu } from './fakes.ts';

/** Publishes through the agent's WHIP endpoint, as any WebRTC tool would. */
export class WhipEndpoint extends FakeSfu {
  readonly #url: URL;
  readonly #token: string;

  constructor(url: URL, token: string) {
    super();
    this.#url = url;
    this.#token = token;
  }

  override async publish(_room: string, _participant: string, offerSdp: string) {
    const response = await this.post(offerSdp);
    expect(response.status).toBe(201);
    return { id: response.headers.get('location') ?? '', answerSdp: await response.text() };
  }

  post(body: string): Promise<Response> {
    const headers = { Authorization: `Bearer ${this.#token}`, 'Content-Type': 'application/sdp' };
    return fetch(this.#url, { method: 'POST', headers, body });
  }
}
