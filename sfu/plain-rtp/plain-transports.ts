/** Plain RTP into a mediasoup router: one PlainTransport a stream. */
import { randomBytes } from 'node:crypto';
import type { PlainTransport, Producer, Router, TransportListenInfo } from 'mediasoup/types';
import type { PublishedTrack, PublisherIdentity } from '../mediasoup/publisher.ts';
import { trackCodec } from '../mediasoup/sdp-lines.ts';
import { SfuError } from '../sfu-error.ts';
import { type PlainPort, type PlainSource, writePlainAnswer } from './plain-sdp.ts';
import { whyGone } from './silence.ts';

const LOOK_EVERY_MS = 1000;
/** Packets that are not taken for so many looks come from a sender that was started again: it has another port now. */
const STRANGE_LOOKS = 2;

/** What is told; `closed` once, and not after our own `close()`. */
export interface PlainTransportsEvents {
  /** Media flow. */
  connected(publisher: PlainTransports): void;
  /** The tracks end; those of another sender may take their place, and are told by `connected` again. */
  interrupted(publisher: PlainTransports): void;
  closed(publisher: PlainTransports, reason: string): void;
}

/** Where a source is taken. */
interface Intake {
  readonly transport: PlainTransport;
  readonly producer: Producer;
  readonly track: PublishedTrack;
  /** What came, and what of it was the announced stream, in bytes. */
  came: number;
  taken: number;
  strangeLooks: number;
}

interface Place {
  readonly router: Router;
  readonly listenInfo: TransportListenInfo;
}

/** A publication that is pushed. Looks to the room like that of a WHIP client. */
export class PlainTransports {
  readonly id = randomBytes(18).toString('base64url');
  readonly room: string;
  readonly participant: string;
  readonly answerSdp: string;
  /** Media flow: the room may show the tracks. */
  shown = false;
  readonly #place: Place;
  readonly #sources: readonly PlainSource[];
  readonly #events: PlainTransportsEvents;
  readonly #group: string;
  readonly #watch: NodeJS.Timeout;
  #intakes: readonly Intake[] = [];
  #heardMs = performance.now();
  /** Something came since the announced stream was last heard. */
  #strange = false;
  #looking = false;
  #over = false;

  private constructor(
    { room, participant }: PublisherIdentity,
    place: Place,
    sources: readonly PlainSource[],
    { group, intakes }: { group: string; intakes: readonly Intake[] },
    events: PlainTransportsEvents,
  ) {
    this.room = room;
    this.participant = participant;
    this.#place = place;
    this.#sources = sources;
    this.#group = group;
    this.#events = events;
    this.answerSdp = writePlainAnswer(sources, intakes.map(portOf));
    this.#begin(intakes);
    this.#watch = setInterval(() => void this.#look(), LOOK_EVERY_MS);
    this.#watch.unref();
  }

  /** Throws {@link SfuError} `no-port` or `bad-offer`; nothing is left open then. */
  static async open(
    identity: PublisherIdentity,
    place: Place,
    sources: readonly PlainSource[],
    events: PlainTransportsEvents,
  ): Promise<PlainTransports> {
    const group = randomBytes(9).toString('hex');
    const intakes = await openIntakes(identity, place, group, sources);
    return new PlainTransports(identity, place, sources, { group, intakes }, events);
  }

  get tracks(): readonly PublishedTrack[] {
    return this.#intakes.map(({ track }) => track);
  }

  async trickle(): Promise<undefined> {
    throw new SfuError('bad-fragment', 'Plain RTP knows no ICE: there is nothing to trickle.');
  }

  /** Idempotent. */
  close(): void {
    this.#over = true;
    clearInterval(this.#watch);
    for (const { transport } of this.#intakes) transport.close();
  }

  /** Waits for the first packet that is taken: a port alone, or noise on it, is no media. */
  #begin(intakes: readonly Intake[]): void {
    this.#intakes = intakes;
    let begun = false;
    for (const { producer } of intakes) {
      producer.once('trace', () => {
        if (begun || this.#over || intakes !== this.#intakes) return;
        begun = true;
        // Before anybody taps: taps trace other things of the same producers.
        void Promise.allSettled(intakes.map((each) => each.producer.enableTraceEvent([]))).then(() => {
          if (!this.#over && intakes === this.#intakes) this.#events.connected(this);
        });
      });
    }
  }

  async #look(): Promise<void> {
    if (this.#looking || this.#over) return;
    this.#looking = true;
    try {
      for (const intake of this.#intakes) await this.#note(intake);
      if (this.#over) return;
      const gone = whyGone(performance.now() - this.#heardMs, this.#strange);
      if (this.#intakes.some(({ strangeLooks }) => strangeLooks >= STRANGE_LOOKS)) await this.#renew();
      else if (gone !== undefined) this.#end(gone);
    } catch {
      // The worker went away under it; the room tells.
    } finally {
      this.#looking = false;
    }
  }

  async #note(intake: Intake): Promise<void> {
    const [[{ bytesReceived }], streams] = await Promise.all([intake.transport.getStats(), intake.producer.getStats()]);
    const taken = streams.reduce((sum, { byteCount }) => sum + byteCount, 0);
    const strange = taken === intake.taken && bytesReceived > intake.came;
    intake.strangeLooks = strange ? intake.strangeLooks + 1 : 0;
    if (strange) this.#strange = true;
    if (taken > intake.taken) {
      this.#heardMs = performance.now();
      this.#strange = false;
    }
    intake.came = bytesReceived;
    intake.taken = taken;
  }

  /** mediasoup listens to one sender for good: another one needs new transports, on the ports that were told. */
  async #renew(): Promise<void> {
    const ports = this.#intakes.map(portOf);
    this.#events.interrupted(this);
    for (const { transport } of this.#intakes) transport.close();
    try {
      const intakes = await openIntakes(this, this.#place, this.#group, this.#sources, ports);
      if (this.#over) for (const { transport } of intakes) transport.close();
      else this.#begin(intakes);
    } catch (error) {
      this.#end(`the sender changed, and its port could not be opened again: ${String(error)}`);
    }
  }

  #end(reason: string): void {
    if (this.#over) return;
    this.close();
    this.#events.closed(this, reason);
  }
}

function portOf({ transport: { tuple, rtcpTuple } }: Pick<Intake, 'transport'>): PlainPort {
  return { address: tuple.localAddress, port: tuple.localPort, rtcpPort: rtcpTuple?.localPort ?? tuple.localPort };
}

async function openIntakes(
  { room, participant }: PublisherIdentity,
  { router, listenInfo }: Place,
  group: string,
  sources: readonly PlainSource[],
  ports: readonly PlainPort[] = [],
): Promise<Intake[]> {
  const transports: PlainTransport[] = [];
  const intakes: Intake[] = [];
  try {
    for (const [i, source] of sources.entries()) {
      // Senders (FFmpeg among them) give RTCP a socket of its own; with one port the first packet would decide which is heard.
      const transport = await openTransport(router, listenInfo, ports[i]);
      transports.push(transport);
      const producer = await produce(transport, source);
      await producer.enableTraceEvent(['rtp']);
      const codec = trackCodec(producer.consumableRtpParameters);
      const info = { id: randomBytes(9).toString('base64url'), room, participant, kind: producer.kind, codec };
      intakes.push({ transport, producer, track: { info, producer, group }, came: 0, taken: 0, strangeLooks: 0 });
    }
    return intakes;
  } catch (error) {
    for (const transport of transports) transport.close();
    throw error;
  }
}

async function openTransport(router: Router, any: TransportListenInfo, told?: PlainPort): Promise<PlainTransport> {
  const { portRange: _range, ...fixed } = any;
  const listenInfo = told ? { ...fixed, port: told.port } : any;
  const rtcpListenInfo = told ? { ...fixed, port: told.rtcpPort } : any;
  try {
    return await router.createPlainTransport({ listenInfo, rtcpListenInfo, rtcpMux: false, comedia: true });
  } catch (cause) {
    throw new SfuError(
      'no-port',
      `No UDP port is free on ${any.ip} for plain RTP: each stream takes two of media.udpPorts, beside those of the workers. Widen the range, or stop what holds it.`,
      { cause },
    );
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
