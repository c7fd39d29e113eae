/** The main thread's end of a tap: the grant's guard. What arrives after the end is dropped here. */
import type { ConsentGrant } from '../consent-grant.ts';
import { SfuError } from '../sfu-error.ts';
import type { Tap, TapSink } from '../types.ts';
import type { TapEntry } from './tap-queue.ts';

/** What a tap needs of the engine. */
export interface TapEngine {
  /** Counts entries as taken. */
  confirm(count: number): void;
  rest(resting: boolean): void;
  /** Resolves when the engine's thread holds nothing of the tap. */
  close(): Promise<void>;
  ended(): void;
}

/** An open tap. */
export class TapHandle implements Tap {
  readonly trackId: string;
  readonly #grant: ConsentGrant;
  readonly #sink: TapSink;
  readonly #engine: TapEngine;
  readonly #onRevoked: () => void;
  #packets = 0;
  #dropped = 0;
  #over = false;
  #closing: Promise<void> | undefined;

  constructor(trackId: string, grant: ConsentGrant, sink: TapSink, engine: TapEngine) {
    this.trackId = trackId;
    this.#grant = grant;
    this.#sink = sink;
    this.#engine = engine;
    this.#onRevoked = () => void this.close();
    grant.revoked.addEventListener('abort', this.#onRevoked, { once: true });
  }

  /** Asks the engine to fork. Throws what the engine says, or `no-grant` when consent was withdrawn meanwhile. */
  async open(fork: () => Promise<void>): Promise<void> {
    try {
      await fork();
    } catch (error) {
      this.#finish();
      throw error;
    }
    if (this.#over) throw new SfuError('no-grant', 'Consent was withdrawn, or the track ended, while the tap opened.');
  }

  /** A batch from the engine's thread. */
  take(entries: readonly TapEntry[], dropped: number): void {
    this.#dropped = dropped;
    for (const entry of entries) {
      // A sink may revoke from within a call: nothing of the same batch passes after that.
      if (this.#over) return;
      if ('report' in entry) this.#guard(() => this.#sink.senderReport(entry.report));
      else {
        this.#packets++;
        this.#guard(() => this.#sink.packet(new Uint8Array(entry.rtp), entry.arrivalUs));
      }
    }
    this.#engine.confirm(entries.length);
  }

  muted(muted: boolean): void {
    if (!this.#over) this.#guard(() => this.#sink.muted(muted));
  }

  /** The track ended, or the engine broke. */
  end(error?: Error): void {
    if (this.#over) return;
    this.#finish();
    this.#guard(() => this.#sink.closed(error));
  }

  rest(resting: boolean): void {
    if (!this.#over) this.#engine.rest(resting);
  }

  /** The engine takes streams of one layer alone. */
  enlarge(): void {}

  stats(): { readonly packets: number; readonly dropped: number } {
    return { packets: this.#packets, dropped: this.#dropped };
  }

  close(): Promise<void> {
    if (!this.#over) {
      this.end();
      // An engine that is gone holds nothing either.
      this.#closing = this.#engine.close().catch(() => {});
    }
    return this.#closing ?? Promise.resolve();
  }

  #finish(): void {
    this.#over = true;
    this.#grant.revoked.removeEventListener('abort', this.#onRevoked);
    this.#engine.ended();
  }

  #guard(tell: () => void): void {
    try {
      tell();
    } catch {
      // A sink that throws harms only itself; the packet is its loss.
    }
  }
}
