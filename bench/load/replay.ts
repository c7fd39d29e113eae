import type { RecordedPacket, Recording } from './recording.ts';

export type MediaKind = 'audio' | 'video';
export const CLOCK_RATES_HZ: Readonly<Record<MediaKind, number>> = { audio: 48_000, video: 90_000 };

/** Further behind than this (the machine stood still), what is overdue is skipped instead of sent in a burst. */
export const MAX_BEHIND_MS = 300;

/** One packet to be sent now. `sequence` and `timestamp` are RTP's, already wrapped. */
export interface DuePacket {
  readonly kind: MediaKind;
  readonly payload: Uint8Array;
  readonly marker: boolean;
  readonly sequence: number;
  readonly timestamp: number;
}

interface Cursor {
  readonly kind: MediaKind;
  readonly packets: readonly RecordedPacket[];
  index: number;
  round: number;
  sequence: number;
}

/** One caller's way through a recording, round and round, against due times. Pure: the caller says what time it is. */
export class Replay {
  readonly #lengthMs: number;
  readonly #cursors: Cursor[];
  #skippedMs = 0;

  /** Begins `fromMs` into the recording. */
  constructor({ lengthMs, video, audio }: Recording, kinds: readonly MediaKind[], fromMs = 0) {
    this.#lengthMs = lengthMs;
    const tracks = { audio, video };
    this.#cursors = kinds
      .filter((kind) => tracks[kind].length > 0)
      .map((kind) => ({ kind, packets: tracks[kind], index: 0, round: 0, sequence: 0 }));
    for (const cursor of this.#cursors) while (this.#due(cursor) < fromMs) this.#step(cursor);
  }

  /** Media time that was skipped because the process came too late, in ms. */
  get skippedMs(): number {
    return this.#skippedMs;
  }

  /** Hands out what is due `elapsedMs` after the start. What is late by more than 300 ms falls, as a stalled camera's would. */
  take(elapsedMs: number, send: (packet: DuePacket) => void): void {
    for (const cursor of this.#cursors) {
      for (let due = this.#due(cursor); due <= elapsedMs; due = this.#due(cursor)) {
        if (elapsedMs - due > MAX_BEHIND_MS) this.#skip(cursor, elapsedMs);
        else this.#send(cursor, due, send);
      }
    }
  }

  #due({ packets, index, round }: Cursor): number {
    return (packets[index]?.atMs ?? 0) + round * this.#lengthMs;
  }

  #send(cursor: Cursor, due: number, send: (packet: DuePacket) => void): void {
    const packet = cursor.packets[cursor.index];
    if (packet) {
      const timestamp = Math.round((due * CLOCK_RATES_HZ[cursor.kind]) / 1000) >>> 0;
      send({
        kind: cursor.kind,
        payload: packet.payload,
        marker: packet.marker,
        sequence: cursor.sequence & 0xffff,
        timestamp,
      });
    }
    this.#step(cursor);
  }

  #skip(cursor: Cursor, elapsedMs: number): void {
    const fromMs = this.#due(cursor);
    // The sequence goes on as if they had been sent: to the receiver they are lost, which they are.
    while (this.#due(cursor) < elapsedMs) this.#step(cursor);
    this.#skippedMs += this.#due(cursor) - fromMs;
  }

  #step(cursor: Cursor): void {
    cursor.sequence++;
    cursor.index++;
    if (cursor.index < cursor.packets.length) return;
    cursor.index = 0;
    cursor.round++;
  }
}
