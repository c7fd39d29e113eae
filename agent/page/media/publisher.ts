/** Sends one's own media by WHIP (RFC 9725) over a plain RTCPeerConnection. */

import { withDtx } from './dtx.ts';

/** Candidates found this soon travel in the offer; later ones are trickled. */
const GATHER_MS = 300;
/** Who is not connected so long after the answer is told that something is in the way, and later tries anew. */
const CONNECT_MS = 5000;
const GIVE_UP_MS = 15_000;
/** Of three temporal layers who rests is analysed from the base alone, a quarter of the pictures; viewers get them all. */
const SCALABILITY_MODE = 'L1T3';
/**
 * The whole picture, and half of its width for viewers whose line bears no more, and for the analysis. An engine without
 * simulcast takes the first alone.
 */
const LAYERS: readonly RTCRtpEncodingParameters[] = [
  { rid: 'f', maxBitrate: 1_200_000 },
  { rid: 'h', maxBitrate: 250_000, scaleResolutionDownBy: 2 },
];

export interface WhipTarget {
  /** Path to POST the offer to. */
  readonly path: string;
  readonly token: string;
  readonly iceServers?: RTCIceServer[] | undefined;
}

/** Publishing did not work; the message says what to do. */
export class PublishError extends Error {
  override readonly name = 'PublishError';
  /** The server has no media engine just now: in a second it may. */
  readonly retryable: boolean;

  constructor(message: string, { retryable = false, ...options }: ErrorOptions & { retryable?: boolean } = {}) {
    super(message, options);
    this.retryable = retryable;
  }
}

export interface PublisherEvents {
  onConnected(): void;
  /** There is no way to the server, or none was found in five seconds. */
  onUnreached(): void;
  /** The connection failed for good: publish anew. */
  onLost(): void;
}

export class Publisher {
  readonly #target: WhipTarget;
  readonly #events: PublisherEvents;
  readonly #connection: RTCPeerConnection;
  readonly #late: RTCIceCandidate[] = [];
  #resource: string | undefined;
  #waits: Array<ReturnType<typeof setTimeout>> = [];
  #offered = false;
  #closed = false;

  constructor(target: WhipTarget, events: PublisherEvents) {
    this.#target = target;
    this.#events = events;
    this.#connection = new RTCPeerConnection(target.iceServers ? { iceServers: target.iceServers } : {});
    this.#connection.addEventListener('connectionstatechange', () => this.#changed());
    this.#connection.addEventListener('icecandidate', ({ candidate }) => {
      if (candidate && this.#offered) void this.#trickle(candidate);
    });
  }

  /** Publishes a stream. @throws {PublishError} */
  async start(stream: MediaStream): Promise<void> {
    for (const track of stream.getTracks()) {
      send(this.#connection, track, stream);
    }
    await this.#connection.setLocalDescription();
    await gathered(this.#connection);
    const sdp = withDtx(this.#connection.localDescription?.sdp ?? '');
    this.#offered = true;
    const response = await this.#request('POST', this.#target.path, 'application/sdp', sdp);
    if (response.status !== 201)
      throw new PublishError(`The server did not take your media: ${await response.text()}`, {
        retryable: response.status === 503,
      });
    this.#resource = response.headers.get('Location') ?? undefined;
    if (this.#closed) return this.#end();
    await this.#connection.setRemoteDescription({ type: 'answer', sdp: await response.text() });
    if (this.#connection.connectionState !== 'connected')
      this.#waits = [
        setTimeout(() => this.#events.onUnreached(), CONNECT_MS),
        setTimeout(() => this.#events.onLost(), GIVE_UP_MS),
      ];
    for (const candidate of this.#late.splice(0)) await this.#trickle(candidate);
  }

  /** Puts another track in place of the one sent, without a new offer. */
  async replace(track: MediaStreamTrack): Promise<void> {
    const sender = this.#connection.getSenders().find((one) => one.track?.kind === track.kind);
    await sender?.replaceTrack(track);
  }

  /** Stops sending. Idempotent. The tracks themselves go on. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const wait of this.#waits) clearTimeout(wait);
    this.#connection.close();
    await this.#end();
  }

  #changed(): void {
    const { connectionState } = this.#connection;
    if (this.#closed || (connectionState !== 'connected' && connectionState !== 'failed')) return;
    for (const wait of this.#waits) clearTimeout(wait);
    if (connectionState === 'connected') return this.#events.onConnected();
    this.#events.onUnreached();
    this.#events.onLost();
  }

  async #end(): Promise<void> {
    if (this.#resource !== undefined) await this.#request('DELETE', this.#resource).catch(() => undefined);
  }

  async #trickle(candidate: RTCIceCandidate): Promise<void> {
    if (this.#closed) return;
    if (this.#resource === undefined) {
      this.#late.push(candidate);
      return;
    }
    const response = await this.#request(
      'PATCH',
      this.#resource,
      'application/trickle-ice-sdpfrag',
      fragment(candidate),
    ).catch(() => undefined);
    if (response && response.status >= 400) console.warn(`a candidate was not taken: ${await response.text()}`);
  }

  async #request(method: string, path: string, type?: string, body?: string): Promise<Response> {
    const headers = {
      Authorization: `Bearer ${this.#target.token}`,
      ...(type === undefined ? {} : { 'Content-Type': type }),
    };
    try {
      return await fetch(path, { method, headers, body: body ?? null, keepalive: method === 'DELETE' });
    } catch (cause) {
      throw new PublishError('The server cannot be reached to send your media. Trying again when it is back.', {
        cause,
      });
    }
  }
}

/** A candidate as an SDP fragment (RFC 8840). */
function fragment({ candidate, sdpMid, usernameFragment }: RTCIceCandidate): string {
  const lines = [
    `a=ice-ufrag:${usernameFragment ?? ''}`,
    'm=audio 9 UDP/TLS/RTP/SAVPF 0',
    `a=mid:${sdpMid ?? '0'}`,
    `a=${candidate}`,
  ];
  return `${lines.join('\r\n')}\r\n`;
}

function send(connection: RTCPeerConnection, track: MediaStreamTrack, stream: MediaStream): void {
  const init: RTCRtpTransceiverInit = { direction: 'sendonly', streams: [stream] };
  if (track.kind === 'audio') {
    connection.addTransceiver(track, init);
    return;
  }
  try {
    const sendEncodings = LAYERS.map((layer) => ({ ...layer, scalabilityMode: SCALABILITY_MODE }));
    connection.addTransceiver(track, { ...init, sendEncodings });
  } catch {
    // A browser that cannot make temporal layers refuses.
    connection.addTransceiver(track, { ...init, sendEncodings: [...LAYERS] });
  }
}

function gathered(connection: RTCPeerConnection): Promise<void> {
  if (connection.iceGatheringState === 'complete') return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, GATHER_MS);
    connection.addEventListener('icegatheringstatechange', () => {
      if (connection.iceGatheringState !== 'complete') return;
      clearTimeout(timer);
      resolve();
    });
  });
}
