/** Forks producers of a mediasoup router that somebody else runs. Only mediasoup's types are needed here: the router brings the rest. */
import type { Consumer, DirectTransport, MediaKind, Producer, Router, RtpCapabilities } from 'mediasoup/types';
import { ConsentGrant } from '../consent-grant.ts';
import { SfuError } from '../sfu-error.ts';
import type { Tap, TapSink } from '../types.ts';
import { DEFAULT_LIMITS } from '../sfu-options.ts';
import { KeyFrameRequest } from '../werift/key-frame-request.ts';
import { ntpToUnixUs, parseRtcp } from '../werift/rtcp.ts';
import { HandOver } from './hand-over.ts';

/** A face is read six times a second from a small picture: the lowest layer at half its frame rate is enough, if not too small. */
const TEMPORAL_LAYER = 1;
/** Of somebody who rests a quarter of the rate shows soon enough that they no longer do. */
const RESTING_TEMPORAL_LAYER = 0;
/** After so long what a sink sees is of the layers that it has been given. */
const LAYER_SEEN_US = 1_000_000;
/** Congestion control of a receiver that never answers would starve the tap. */
const FEEDBACK = new Set(['transport-cc', 'goog-remb']);
const FEEDBACK_EXTENSION = /transport-wide-cc|abs-send-time/;

/** A tap of one producer. */
export interface RouterTap extends Tap {
  readonly kind: MediaKind;
  /** Asks the publisher for a picture that stands alone; at most two a second leave. */
  requestKeyFrame(): void;
}

/** All taps on one router: they share one direct transport, which is made with the first and goes with the last. */
export class RouterTaps {
  readonly #router: Router;
  readonly #nowUs: () => number;
  readonly #queuePackets: number;
  readonly #open = new Map<string, OpenTap>();
  #transport: Promise<DirectTransport> | undefined;
  #closed = false;

  /**
   * @param nowUs the process's monotonic clock, in microseconds
   * @param queuePackets packets that wait for one tap's sink; the oldest fall
   */
  constructor(router: Router, nowUs: () => number, queuePackets = DEFAULT_LIMITS.tapQueuePackets) {
    this.#router = router;
    this.#nowUs = nowUs;
    this.#queuePackets = queuePackets;
  }

  /**
   * Forks a producer into `sink`. That the grant is of the person who publishes is the caller's word.
   * @throws {SfuError} `no-grant` without a live grant, `no-such-track` when the router cannot give the producer
   */
  async tap(producer: Producer, grant: ConsentGrant, sink: TapSink): Promise<RouterTap> {
    requireLive(grant);
    const transport = await this.#direct();
    const consumer = await this.#consume(transport, producer);
    // Consent may have gone, and the owner too, while the worker was asked.
    if (grant.revoked.aborted || this.#closed) {
      consumer.close();
      throw new SfuError('no-grant', 'Consent was withdrawn, or the taps were closed, while the tap opened.');
    }
    const tap = new OpenTap(consumer, grant, sink, {
      nowUs: this.#nowUs,
      queuePackets: this.#queuePackets,
      over: () => this.#forget(tap),
    });
    this.#open.set(consumer.id, tap);
    await tap.start();
    return tap;
  }

  /** Closes every tap. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const tap of this.#open.values()) await tap.close();
    this.#dropTransport();
  }

  async #consume(transport: DirectTransport, producer: Producer): Promise<Consumer> {
    try {
      return await transport.consume({
        producerId: producer.id,
        rtpCapabilities: withoutFeedback(this.#router.rtpCapabilities),
        enableRtx: false,
        // Packets that come before anybody listens would be the key frame that everything after them needs.
        paused: true,
        ...(producer.kind === 'video' && { preferredLayers: { spatialLayer: 0, temporalLayer: TEMPORAL_LAYER } }),
      });
    } catch (cause) {
      throw new SfuError(
        'no-such-track',
        'The router did not give this producer to the tap: it has closed, or it belongs to another router.',
        { cause },
      );
    }
  }

  async #direct(): Promise<DirectTransport> {
    if (this.#closed) throw new SfuError('closed', 'The taps on this router are closed.');
    this.#transport ??= this.#openTransport();
    return this.#transport;
  }

  async #openTransport(): Promise<DirectTransport> {
    try {
      const transport = await this.#router.createDirectTransport({ maxMessageSize: 262_144 });
      transport.on('rtcp', (compound) => this.#rtcp(compound));
      transport.observer.once('close', () => {
        this.#transport = undefined;
      });
      return transport;
    } catch (cause) {
      this.#transport = undefined;
      throw new SfuError('engine-gone', 'The router is closed, or its worker has died: attach to another one.', {
        cause,
      });
    }
  }

  /** The router tells the time of each consumer by sender reports, at the consumer's own ssrc. */
  #rtcp(compound: Buffer): void {
    const arrivalUs = this.#nowUs();
    for (const message of parseRtcp(compound)) {
      if (message.type !== 'sender-report') continue;
      for (const tap of this.#open.values())
        if (tap.ssrc === message.ssrc)
          tap.report({
            ssrc: message.ssrc,
            ntpUs: ntpToUnixUs(message.ntpHigh, message.ntpLow),
            rtpTimestamp: message.rtpTimestamp,
            arrivalUs,
          });
    }
  }

  #forget(tap: OpenTap): void {
    this.#open.delete(tap.consumerId);
    if (this.#open.size === 0) this.#dropTransport();
  }

  #dropTransport(): void {
    const transport = this.#transport;
    this.#transport = undefined;
    transport?.then(
      (open) => open.close(),
      () => {},
    );
  }
}

/** What a tap needs of its owner. */
interface TapOwner {
  readonly nowUs: () => number;
  readonly queuePackets: number;
  over(): void;
}

class OpenTap implements RouterTap {
  readonly trackId: string;
  readonly kind: MediaKind;
  readonly ssrc: number | undefined;
  readonly #consumer: Consumer;
  readonly #sink: TapSink;
  readonly #grant: ConsentGrant;
  readonly #owner: TapOwner;
  readonly #queue: HandOver;
  readonly #onRevoked = (): void => void this.close();
  readonly #keyFrame: KeyFrameRequest;
  #spatialLayer = 0;
  #temporalLayer = TEMPORAL_LAYER;
  /** Since when the layers are those that come now. */
  #layersSinceUs = 0;
  #packets = 0;
  #over = false;

  constructor(consumer: Consumer, grant: ConsentGrant, sink: TapSink, owner: TapOwner) {
    this.#consumer = consumer;
    this.#grant = grant;
    this.#sink = sink;
    this.#owner = owner;
    this.#queue = new HandOver(owner.queuePackets, (rtp, arrivalUs) => {
      this.#packets++;
      this.#guard(() => sink.packet(rtp, arrivalUs));
    });
    this.trackId = consumer.producerId;
    this.kind = consumer.kind;
    this.ssrc = consumer.rtpParameters.encodings?.[0]?.ssrc;
    // It is refused only when the consumer has just closed.
    this.#keyFrame = new KeyFrameRequest(() => void consumer.requestKeyFrame().catch(() => {}));
  }

  get consumerId(): string {
    return this.#consumer.id;
  }

  /** Listens first, lets packets flow then. */
  async start(): Promise<void> {
    const [consumer, sink] = [this.#consumer, this.#sink];
    this.#grant.revoked.addEventListener('abort', this.#onRevoked, { once: true });
    consumer.on('rtp', (rtp) => {
      if (!this.#over) this.#queue.push(rtp, this.#owner.nowUs());
    });
    consumer.on('producerpause', () => this.#guard(() => sink.muted(true)));
    consumer.on('producerresume', () => this.#guard(() => sink.muted(false)));
    consumer.on('layerschange', () => {
      this.#layersSinceUs = this.#owner.nowUs();
    });
    consumer.on('producerclose', () => {
      // What was sent before the end belongs to the sink, unless consent went first.
      if (!this.#over) this.#queue.flush();
      this.#end();
    });
    consumer.on('transportclose', () => this.#end(new SfuError('engine-gone', 'The router, or its worker, is gone.')));
    // After the reasons above, so that what is left is somebody else's hand.
    consumer.observer.once('close', () =>
      this.#end(new SfuError('engine-gone', 'The tap was cut off: its consumer was closed. Tap the track again.')),
    );
    if (consumer.producerPaused) this.#guard(() => sink.muted(true));
    // Resuming asks the publisher for a key frame as well.
    await consumer.resume();
    // A layered stream does not begin at the layers that it was consumed with: it has to be told once more.
    if (consumer.type === 'svc') await this.#setLayers();
  }

  report(report: Parameters<TapSink['senderReport']>[0]): void {
    if (!this.#over) this.#guard(() => this.#sink.senderReport(report));
  }

  /** Fewer temporal layers are asked for in a layered stream; in any other there is nothing to ask for. */
  rest(resting: boolean): void {
    this.#temporalLayer = resting ? RESTING_TEMPORAL_LAYER : TEMPORAL_LAYER;
    void this.#setLayers();
  }

  enlarge(): void {
    // Else the last wish is not met yet: the publisher may have no such layer, or not send it just now. Where it has just
    // been met, the sink may still look at pictures from before.
    const met = this.#consumer.currentLayers?.spatialLayer === this.#spatialLayer;
    if (met && this.#owner.nowUs() - this.#layersSinceUs > LAYER_SEEN_US) this.#spatialLayer++;
    void this.#setLayers();
  }

  requestKeyFrame(): void {
    if (!this.#over && this.kind === 'video') this.#keyFrame.ask();
  }

  stats(): { readonly packets: number; readonly dropped: number } {
    return { packets: this.#packets, dropped: this.#queue.dropped };
  }

  async close(): Promise<void> {
    this.#end();
  }

  async #setLayers(): Promise<void> {
    const [consumer, spatialLayer, temporalLayer] = [this.#consumer, this.#spatialLayer, this.#temporalLayer];
    if (this.#over || this.kind !== 'video' || consumer.type === 'simple') return;
    try {
      // mediasoup looks which layers of a layered stream there are only when the wish is another one.
      if (consumer.type === 'svc') await consumer.setPreferredLayers({ spatialLayer });
      await consumer.setPreferredLayers({ spatialLayer, temporalLayer });
    } catch {
      // The consumer has just closed.
    }
  }

  #end(error?: Error): void {
    if (this.#over) return;
    this.#over = true;
    this.#queue.clear();
    this.#keyFrame.close();
    this.#grant.revoked.removeEventListener('abort', this.#onRevoked);
    this.#consumer.close();
    this.#owner.over();
    this.#guard(() => this.#sink.closed(error));
  }

  /** A sink that throws harms only itself: mediasoup's listeners must not. */
  #guard(tell: () => void): void {
    try {
      tell();
    } catch {
      // The packet is its loss.
    }
  }
}

function requireLive(grant: unknown): asserts grant is ConsentGrant {
  const live = grant instanceof ConsentGrant && ConsentGrant.covers(grant, grant.room, grant.participant);
  if (!live)
    throw new SfuError(
      'no-grant',
      'Nobody consented to this tap: record a consent and pass its grant, while it lives.',
    );
}

function withoutFeedback(capabilities: RtpCapabilities): RtpCapabilities {
  return {
    codecs: (capabilities.codecs ?? [])
      .filter(({ mimeType }) => !/\/rtx$/i.test(mimeType))
      .map((codec) => ({
        ...codec,
        rtcpFeedback: (codec.rtcpFeedback ?? []).filter(({ type }) => !FEEDBACK.has(type)),
      })),
    headerExtensions: (capabilities.headerExtensions ?? []).filter(({ uri }) => !FEEDBACK_EXTENSION.test(uri)),
  };
}
