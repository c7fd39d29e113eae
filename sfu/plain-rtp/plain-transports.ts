/** Plain RTP into a mediasoup router: one PlainTransport a stream. */
import { randomBytes } from 'node:crypto';
import type { PlainTransport, Producer, Router, TransportListenInfo } from 'mediasoup/types';
import type { PublishedTrack, PublisherIdentity } from '../mediasoup/publisher.ts';
import { trackCodec } from '../mediasoup/sdp-lines.ts';
import { SfuError } from '../sfu-error.ts';
import { type PlainSource, writePlainAnswer } from './plain-sdp.ts';

/** A source that pushes nothing for so long is gone; a program that is started by hand gets the same time to begin. */
const SILENT_MS = 30_000;
const LOOK_EVERY_MS = 5000;

/** What is told; `closed` once, and not after our own `close()`. */
export interface PlainTransportsEvents {
  /** Media flow. */
  connected(publisher: PlainTransports): void;
  closed(publisher: PlainTransports, reason: string): void;
}

/** A publication that is pushed. Looks to the room like that of a WHIP client. */
export class PlainTransports {
  readonly id = randomBytes(18).toString('base64url');
  readonly room: string;
  readonly participant: string;
  readonly tracks: readonly PublishedTrack[];
  readonly answerSdp: string;
  /** Media flow: the room may show the tracks. */
  shown = false;
  readonly #transports: readonly PlainTransport[];
  readonly #events: PlainTransportsEvents;
  readonly #watch: NodeJS.Timeout;
  #bytes = 0;
  #heardMs = performance.now();
  #over = false;

  private constructor(
    { room, participant }: PublisherIdentity,
    sources: readonly PlainSource[],
    transports: readonly PlainTransport[],
    producers: readonly Producer[],
    events: PlainTransportsEvents,
  ) {
    this.room = room;
    this.participant = participant;
    this.#transports = transports;
    this.#events = events;
    const group = randomBytes(9).toString('hex');
    this.tracks = producers.map((producer) => {
      const id = randomBytes(9).toString('base64url');
      const codec = trackCodec(producer.consumableRtpParameters);
      return { info: { id, room, participant, kind: producer.kind, codec }, producer, group };
    });
    this.answerSdp = writePlainAnswer(
      sources,
      transports.map(({ tuple, rtcpTuple }) => ({
        address: tuple.localAddress,
        port: tuple.localPort,
        rtcpPort: rtcpTuple?.localPort ?? tuple.localPort,
      })),
    );
    for (const transport of transports) {
      transport.on('tuple', () => {
        if (!this.#over) events.connected(this);
      });
    }
    this.#watch = setInterval(() => void this.#look(), LOOK_EVERY_MS);
    this.#watch.unref();
  }

  /** Throws {@link SfuError} `no-port` or `bad-offer`; nothing is left open then. */
  static async open(
    identity: PublisherIdentity,
    { router, listenInfo }: { readonly router: Router; readonly listenInfo: TransportListenInfo },
    sources: readonly PlainSource[],
    events: PlainTransportsEvents,
  ): Promise<PlainTransports> {
    const transports: PlainTransport[] = [];
    const producers: Producer[] = [];
    try {
      for (const source of sources) {
        // Senders (FFmpeg among them) give RTCP a socket of its own; with one port the first packet would decide which is heard.
        const transport = await openTransport(router, listenInfo);
        transports.push(transport);
        producers.push(await produce(transport, source));
      }
    } catch (error) {
      for (const transport of transports) transport.close();
      throw error;
    }
    return new PlainTransports(identity, sources, transports, producers, events);
  }

  async trickle(): Promise<undefined> {
    throw new SfuError('bad-fragment', 'Plain RTP knows no ICE: there is nothing to trickle.');
  }

  /** Idempotent. */
  close(): void {
    this.#over = true;
    clearInterval(this.#watch);
    for (const transport of this.#transports) transport.close();
  }

  async #look(): Promise<void> {
    const stats = await Promise.all(this.#transports.map((transport) => transport.getStats())).catch(() => []);
    const bytes = stats.flat().reduce((sum, { bytesReceived }) => sum + bytesReceived, 0);
    if (bytes !== this.#bytes) this.#heardMs = performance.now();
    this.#bytes = bytes;
    if (performance.now() - this.#heardMs > SILENT_MS) this.#end('nothing was pushed for 30 s');
  }

  #end(reason: string): void {
    if (this.#over) return;
    this.close();
    this.#events.closed(this, reason);
  }
}

async function openTransport(router: Router, listenInfo: TransportListenInfo): Promise<PlainTransport> {
  try {
    return await router.createPlainTransport({ listenInfo, rtcpListenInfo: listenInfo, rtcpMux: false, comedia: true });
  } catch (cause) {
    throw new SfuError('no-port', `No UDP port is free on ${listenInfo.ip}: widen the range, or stop what holds it.`, {
      cause,
    });
  }
}

async function produce(transport: PlainTransport, { kind, codec, ssrc }: PlainSource): Promise<Producer> {
  const { mimeType, payloadType, clockRateHz, channels, parameters } = codec;
  try {
    return await transport.produce({
      kind,
      rtpParameters: {
        codecs: [
          {
            mimeType,
            payloadType,
            clockRate: clockRateHz,
            ...(channels !== undefined && { channels }),
            parameters: readParameters(parameters),
          },
        ],
        encodings: [{ ssrc }],
      },
    });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SfuError('bad-offer', `The router does not take ${mimeType} as it is offered: ${why}`, { cause });
  }
}

/** `a=fmtp` as mediasoup has it: numbers as numbers. */
function readParameters(fmtp = ''): Record<string, string | number> {
  const pairs = fmtp.split(';').flatMap((part) => {
    const [key, value] = part.trim().split('=');
    if (!key || value === undefined) return [];
    return [[key, key !== 'profile-level-id' && /^\d+$/.test(value) ? Number(value) : value] as const];
  });
  return Object.fromEntries(pairs);
}
