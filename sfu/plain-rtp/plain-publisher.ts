/** Plain RTP into the embedded engine: one UDP socket a stream, RTP and RTCP told apart by what they carry. */
import { randomBytes, randomInt } from 'node:crypto';
import type { RemoteInfo, Socket } from 'node:dgram';
import { SfuError } from '../sfu-error.ts';
import type { EncodedTrack } from '../types.ts';
import type { EngineContext } from '../werift/connection.ts';
import { PublishedTrack } from '../werift/published-track.ts';
import type { PublisherIdentity } from '../werift/publisher.ts';
import { parseRtcp, receiverReport } from '../werift/rtcp.ts';
import { createRtpView, isMedia, isRtcp, nearestIndex, readRtp, type RtpView } from '../werift/rtp-packet.ts';
import { bindInRange } from '../werift/udp-mux.ts';
import { type PlainSource, writePlainAnswer } from './plain-sdp.ts';
import { whyGone } from './silence.ts';

/** Where sockets are opened. */
export interface PlainPlace {
  readonly ip: string;
  readonly udpPorts: { readonly min: number; readonly max: number };
  /** What senders are told. */
  readonly address: string;
}

/** What it tells the engine. */
export interface PlainPublisherEvents {
  /** Media flow. */
  connected(publisher: PlainPublisher): void;
}

interface Input {
  readonly source: PlainSource;
  readonly socket: Socket;
  readonly track: PublishedTrack;
  /** The sender: the first who sent this stream. Packets from elsewhere are dropped. */
  from?: string;
  /** Where its RTCP comes from, and ours goes. */
  rtcp?: RemoteInfo;
  highest: number | undefined;
}

/** A publication that is pushed. Looks to the engine like that of a WHIP client. */
export class PlainPublisher {
  readonly id = randomBytes(18).toString('base64url');
  readonly room: string;
  readonly participant: string;
  readonly tracks: readonly PublishedTrack[];
  readonly answerSdp: string;
  readonly #context: EngineContext;
  readonly #events: PlainPublisherEvents;
  readonly #inputs: readonly Input[];
  readonly #ssrc = randomInt(1, 2 ** 32 - 1);
  readonly #view: RtpView = createRtpView();
  #heardMs: number;
  /** Something came since the announced streams were last heard. */
  #strange = false;
  #connected = false;
  #closed = false;

  private constructor(
    { room, participant }: PublisherIdentity,
    sources: readonly PlainSource[],
    sockets: readonly Socket[],
    place: PlainPlace,
    context: EngineContext,
    events: PlainPublisherEvents,
  ) {
    this.room = room;
    this.participant = participant;
    this.#context = context;
    this.#events = events;
    this.#heardMs = context.nowMs();
    const group = randomBytes(9).toString('hex');
    this.#inputs = sources.map((source, i) => {
      const { kind, codec, ssrc } = source;
      const info: EncodedTrack = { id: randomBytes(9).toString('base64url'), room, participant, kind, codec };
      const section = { kind, mid: '', codec, nack: false, midExtension: undefined, ssrcs: [ssrc] };
      const uplink = { ssrc: this.#ssrc, sendRtcp: (compound: Buffer) => this.#send(input, compound) };
      const track = new PublishedTrack(info, section, group, uplink, context.counters);
      const input: Input = { source, socket: sockets[i], track, highest: undefined };
      return input;
    });
    this.tracks = this.#inputs.map(({ track }) => track);
    const ports = sockets.map((socket) => socket.address().port);
    this.answerSdp = writePlainAnswer(
      sources,
      ports.map((port) => ({ address: place.address, port, rtcpPort: port })),
    );
    for (const input of this.#inputs) {
      input.socket.on('message', (packet, from) => this.#receive(input, packet, from));
      input.socket.on('error', () => this.#context.counters.unroutable++);
    }
  }

  /** Throws {@link SfuError} `no-port`; nothing is left open then. */
  static async open(
    identity: PublisherIdentity,
    sources: readonly PlainSource[],
    place: PlainPlace,
    context: EngineContext,
    events: PlainPublisherEvents,
  ): Promise<PlainPublisher> {
    const sockets: Socket[] = [];
    try {
      while (sockets.length < sources.length) sockets.push(await bindInRange(place.ip, place.udpPorts));
    } catch (error) {
      for (const socket of sockets) socket.close();
      throw error;
    }
    return new PlainPublisher(identity, sources, sockets, place, context, events);
  }

  trickle(): string | undefined {
    throw new SfuError('bad-fragment', 'Plain RTP knows no ICE: there is nothing to trickle.');
  }

  /** Once a second: tells the sender how its media arrive, and says why it should be closed if it should. */
  tick(): string | undefined {
    const nowMs = this.#context.nowMs();
    for (const input of this.#inputs) {
      const block = input.track.reportBlock(nowMs);
      if (block) this.#send(input, receiverReport(this.#ssrc, [block]));
    }
    return whyGone(nowMs - this.#heardMs, this.#strange);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const { track, socket } of this.#inputs) {
      track.close();
      socket.close();
    }
  }

  #send({ socket, rtcp }: Input, compound: Buffer): void {
    if (rtcp && !this.#closed) socket.send(compound, rtcp.port, rtcp.address);
  }

  #receive(input: Input, packet: Buffer, from: RemoteInfo): void {
    if (this.#closed) return;
    const { counters } = this.#context;
    const taken =
      isMedia(packet) &&
      (input.from === undefined || input.from === from.address) &&
      (isRtcp(packet) ? this.#rtcp(input, packet, from) : this.#rtp(input, packet, from));
    if (!taken) {
      this.#strange = true;
      counters.unroutable++;
      return;
    }
    counters.packetsIn++;
    counters.bytesIn += packet.length;
  }

  #rtp(input: Input, packet: Buffer, from: RemoteInfo): boolean {
    const view = this.#view;
    const { source, track } = input;
    const ours = readRtp(packet, view) && view.ssrc === source.ssrc && view.payloadType === source.codec.payloadType;
    if (!ours) return false;
    input.from = from.address;
    const index = input.highest === undefined ? view.sequence : nearestIndex(input.highest, view.sequence);
    input.highest = Math.max(input.highest ?? 0, index);
    const nowMs = this.#context.nowMs();
    this.#heardMs = nowMs;
    this.#strange = false;
    if (!this.#connected) {
      this.#connected = true;
      this.#events.connected(this);
    }
    track.packet(packet, view, index, nowMs, arrivalUs());
    return true;
  }

  #rtcp(input: Input, compound: Buffer, from: RemoteInfo): boolean {
    const messages = parseRtcp(compound);
    const nowMs = this.#context.nowMs();
    for (const message of messages) {
      if (message.type !== 'sender-report' || message.ssrc !== input.source.ssrc) continue;
      input.rtcp = from;
      input.track.senderReport(message, nowMs, arrivalUs());
    }
    return true;
  }
}

function arrivalUs(): number {
  return Number(process.hrtime.bigint() / 1000n);
}
