/**
 * Packets of all tracks on their way to a worker thread, gathered into one buffer. To wake a thread costs it and the waker
 * about a tenth of a millisecond each, which is more than most packets cost in all: so a message is sent every few
 * milliseconds instead of one for each packet, and more rarely for those who rest.
 */
import { EarliestTimer } from '../earliest-timer.ts';
import type { TrackReport } from './messages.ts';

/** For somebody who speaks or moves: little against a hop of 500 ms. */
const WAIT_MS = 4;
/** For somebody who rests; still well within the time that a hop waits for what is late. */
const RESTING_WAIT_MS = 60;
/** What is full is sent at once, so nothing waits without bound and nothing is dropped here. */
const MAX_BYTES = 256 * 1024;
const FIRST_BYTES = 4 * 1024;
/** Before each packet: its track (32 bits), its size (32 bits), its arrival (a double), little-endian. */
const HEADER_BYTES = 16;

/** Takes a buffer for {@link readMail}, and the reports that came meanwhile; both are the taker's. */
export type SendMail = (bytes: Uint8Array<ArrayBuffer>, reports: readonly TrackReport[]) => void;

export class PacketMail {
  readonly #send: SendMail;
  #bytes = new Uint8Array(FIRST_BYTES);
  #length = 0;
  #reports: TrackReport[] = [];
  readonly #timer = new EarliestTimer(() => this.flush());

  constructor(send: SendMail) {
    this.#send = send;
  }

  /** Copies a packet. `resting`: nobody is in a hurry for it. */
  add(track: number, rtp: Uint8Array, arrivalUs: number, resting: boolean): void {
    if (this.#length > 0 && this.#length + HEADER_BYTES + rtp.length > MAX_BYTES) this.flush();
    this.#reserve(HEADER_BYTES + rtp.length);
    const header = new DataView(this.#bytes.buffer, this.#length, HEADER_BYTES);
    header.setUint32(0, track, true);
    header.setUint32(4, rtp.length, true);
    header.setFloat64(8, arrivalUs, true);
    this.#bytes.set(rtp, this.#length + HEADER_BYTES);
    this.#length += HEADER_BYTES + rtp.length;
    this.#plan(resting);
  }

  /** A sender report travels with the packets around it. */
  report(report: TrackReport, resting: boolean): void {
    this.#reports.push(report);
    this.#plan(resting);
  }

  /** Sends what waits, now: whatever is told after it has to come after it. */
  flush(): void {
    this.#timer.stop();
    if (this.#length === 0 && this.#reports.length === 0) return;
    const reports = this.#reports;
    this.#reports = [];
    const bytes = this.#bytes.subarray(0, this.#length);
    // As big as the last one was: the next is likely to be.
    this.#bytes = new Uint8Array(Math.max(FIRST_BYTES, this.#length));
    this.#length = 0;
    this.#send(bytes, reports);
  }

  #plan(resting: boolean): void {
    this.#timer.within(resting ? RESTING_WAIT_MS : WAIT_MS);
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#bytes.length) return;
    const bigger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    bigger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = bigger;
  }
}

/** The packets of one track, in order. */
export interface TrackPackets {
  readonly track: number;
  /** Views into the mail. */
  readonly packets: readonly Uint8Array[];
  /** Microseconds on the process's monotonic clock. */
  readonly arrivalsUs: readonly number[];
}

/** Takes a {@link PacketMail}'s buffer apart, track by track. */
export function readMail(bytes: Uint8Array): Iterable<TrackPackets> {
  const tracks = new Map<number, { track: number; packets: Uint8Array[]; arrivalsUs: number[] }>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length;) {
    const track = view.getUint32(at, true);
    const from = at + HEADER_BYTES;
    const to = from + view.getUint32(at + 4, true);
    let mail = tracks.get(track);
    if (!mail) tracks.set(track, (mail = { track, packets: [], arrivalsUs: [] }));
    mail.packets.push(bytes.subarray(from, to));
    mail.arrivalsUs.push(view.getFloat64(at + 8, true));
    at = to;
  }
  return tracks.values();
}
