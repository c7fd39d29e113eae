/** All taps of the engine: how many a track may have, what is told to them, and how they end. */
import type { ProducerTraceEventData } from 'mediasoup/types';
import type { RouterTap, RouterTaps } from '../attach/router-taps.ts';
import type { ConsentGrant } from '../consent-grant.ts';
import { SfuError } from '../sfu-error.ts';
import type { Tap, TapSink } from '../types.ts';
import type { PublishedTrack } from './publisher.ts';
import { nowUs } from './room.ts';
import { GuardedSink } from './tap-sink.ts';

interface OpenTap {
  readonly trackId: string;
  readonly sink: GuardedSink;
  /** Absent while the router is still asked. */
  fork?: RouterTap;
}

/** The open taps. */
export class TapDesk {
  readonly #maxPerTrack: number;
  readonly #open = new Set<OpenTap>();
  #pastPackets = 0;
  #pastDropped = 0;
  /** Taps that ended by a fault or somebody else's hand, ever. */
  cut = 0;

  constructor(maxPerTrack: number) {
    this.#maxPerTrack = maxPerTrack;
  }

  get size(): number {
    return this.#open.size;
  }

  /** Packets handed over, ever. */
  get packets(): number {
    return [...this.#open].reduce((sum, { sink }) => sum + sink.packets, this.#pastPackets);
  }

  /** Packets that fell because the main thread lagged, ever. */
  get dropped(): number {
    return [...this.#open].reduce((sum, { fork }) => sum + (fork?.stats().dropped ?? 0), this.#pastDropped);
  }

  /** Forks a track for a grant that has been checked. Throws {@link SfuError} `limit`, or what the router says. */
  async open({ info, producer }: PublishedTrack, taps: RouterTaps, grant: ConsentGrant, to: TapSink): Promise<Tap> {
    const onTrack = [...this.#open].filter(({ trackId }) => trackId === info.id).length;
    if (onTrack >= this.#maxPerTrack)
      throw new SfuError(
        'limit',
        `The engine carries at most ${this.#maxPerTrack} taps of this track: close some, or raise the limit.`,
      );
    const trace = (event: ProducerTraceEventData): void => sink.publisherReport(event, nowUs());
    const end = (error?: Error): void => {
      if (error) this.cut++;
      producer.off('trace', trace);
      if (!this.#open.delete(tap)) return;
      this.#pastPackets += sink.packets;
      this.#pastDropped += tap.fork?.stats().dropped ?? 0;
    };
    const sink = new GuardedSink(to, info.codec.clockRateHz, end);
    const tap: OpenTap = { trackId: info.id, sink };
    this.#open.add(tap);
    try {
      producer.on('trace', trace);
      await producer.enableTraceEvent(['sr']);
      tap.fork = await taps.tap(producer, grant, sink);
    } catch (error) {
      end();
      if (error instanceof SfuError) throw error;
      throw new SfuError('no-such-track', 'The track ended while the tap opened.', { cause: error });
    }
    const { fork } = tap;
    return {
      trackId: info.id,
      stats: () => ({ packets: sink.packets, dropped: fork.stats().dropped }),
      rest: (resting) => fork.rest(resting),
      enlarge: () => fork.enlarge(),
      close: () => fork.close(),
    };
  }

  trackMuted(trackId: string, muted: boolean): void {
    for (const tap of this.#open) if (tap.trackId === trackId) tap.sink.muted(muted);
  }

  trackGone(trackId: string): void {
    for (const tap of this.#open) if (tap.trackId === trackId) void tap.fork?.close();
  }

  /** False when no tap of the track is open: then somebody else has to ask. */
  requestKeyFrame(trackId: string): boolean {
    const fork = [...this.#open].find((tap) => tap.trackId === trackId && tap.fork)?.fork;
    fork?.requestKeyFrame();
    return fork !== undefined;
  }

  async close(): Promise<void> {
    for (const { fork } of this.#open) await fork?.close();
  }
}
