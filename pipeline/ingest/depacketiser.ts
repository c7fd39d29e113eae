/** What all video depacketisers share: RTP payloads in order go in, whole encoded pictures come out. */
import type { RtpPacket } from './rtp-packet.ts';

/** One encoded picture, ready for a decoder. */
export interface EncodedPicture {
  /** Valid until the callback returns: the bytes live in a buffer that is used again. */
  readonly data: Uint8Array;
  readonly keyFrame: boolean;
  /** RTP time, 32 bits. */
  readonly timestamp: number;
  /** When its first packet arrived. */
  readonly arrivalUs: number;
  /** How many pictures a decoder makes of it: spatial layers, each larger than the last. */
  readonly layers: number;
}

export interface DepacketiserEvents {
  onPicture(picture: EncodedPicture): void;
  /** A picture was given up (a packet of it was lost, or it was too big). */
  onIncomplete(): void;
  /** A payload breaks the rules of its format; in words. */
  onBadPayload(message: string): void;
}

export interface Depacketiser {
  /** In sequence order, without duplicates. */
  push(packet: RtpPacket, arrivalUs: number): void;
  /** Packets were lost just before the next one: the picture under way cannot be finished. */
  gap(): void;
  /** Leaves out pictures of higher temporal layers (0 is the base), in a stream whose format tells layers apart. */
  keep(layer: number): void;
  /** Pictures that were left out. */
  readonly leftOut: number;
}

/** A key frame of 4K stays well below; anything bigger is an attack or a mistake. */
const MAX_PICTURE_BYTES = 8 * 1024 * 1024;
const FIRST_BUFFER_BYTES = 64 * 1024;

/** Collects the pieces of one picture in a buffer that grows to the biggest picture seen and is used again. */
export class PictureAssembly {
  #buffer = new Uint8Array(FIRST_BUFFER_BYTES);
  #length = 0;
  #open = false;
  timestamp = 0;
  arrivalUs = 0;
  keyFrame = false;

  get open(): boolean {
    return this.#open;
  }

  get length(): number {
    return this.#length;
  }

  /** What there is so far, valid until more is added. */
  get bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  begin(timestamp: number, arrivalUs: number): void {
    this.#length = 0;
    this.#open = true;
    this.keyFrame = false;
    this.timestamp = timestamp;
    this.arrivalUs = arrivalUs;
  }

  /** False when the picture grew past the bound; it is dropped then. */
  append(bytes: Uint8Array): boolean {
    const end = this.#length + bytes.length;
    if (end > MAX_PICTURE_BYTES) {
      this.drop();
      return false;
    }
    if (end > this.#buffer.length) this.#grow(end);
    this.#buffer.set(bytes, this.#length);
    this.#length = end;
    return true;
  }

  /** Hands the picture out and closes it. */
  finish(onPicture: (picture: EncodedPicture) => void, layers = 1): void {
    const { keyFrame, timestamp, arrivalUs } = this;
    const data = this.bytes;
    this.drop();
    onPicture({ data, keyFrame, timestamp, arrivalUs, layers });
  }

  drop(): void {
    this.#open = false;
    this.#length = 0;
  }

  #grow(atLeast: number): void {
    const bigger = new Uint8Array(Math.min(MAX_PICTURE_BYTES, Math.max(atLeast, this.#buffer.length * 2)));
    bigger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = bigger;
  }
}
