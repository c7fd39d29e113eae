/** VP8 out of RTP (RFC 7741). */
import type { Depacketiser, DepacketiserEvents } from './depacketiser.ts';
import { PictureAssembly } from './depacketiser.ts';
import type { RtpPacket } from './rtp-packet.ts';

interface Vp8Descriptor {
  /** The packet begins a partition, and which. */
  readonly startsPartition: boolean;
  readonly partition: number;
  /**
   * Temporal layer (TID), 0 in streams without any; pictures of a layer are no references for those of lower ones. Where it is
   * told elsewhere (in a dependency descriptor), pictures that are no reference at all (N) are still known to be of the top.
   */
  readonly layer: number;
  /** The picture builds on layer 0 alone (Y): from here on its layer can be taken up. */
  readonly sync: boolean;
  /** Where the VP8 bytes begin. */
  readonly headerBytes: number;
}

/** Of three, which is as many as browsers make. */
const TOP_LAYER = 2;

/** Reads the payload descriptor (RFC 7741 4.2), or returns in words what is wrong with it. */
function parseVp8Descriptor(payload: Uint8Array): Vp8Descriptor | string {
  const first = payload[0];
  if (first === undefined) return 'a VP8 payload without descriptor';
  let headerBytes = 1;
  let layers = (first & 0x20) !== 0 ? TOP_LAYER << 6 : 0;
  if ((first & 0x80) !== 0) {
    const extension = payload[1] ?? 0;
    headerBytes += 1;
    if ((extension & 0x80) !== 0) headerBytes += ((payload[headerBytes] ?? 0) & 0x80) === 0 ? 1 : 2;
    if ((extension & 0x40) !== 0) headerBytes += 1;
    if ((extension & 0x20) !== 0) layers = payload[headerBytes] ?? 0;
    if ((extension & 0x30) !== 0) headerBytes += 1;
  }
  if (headerBytes >= payload.length) return 'a VP8 payload that ends in its descriptor';
  return {
    startsPartition: (first & 0x10) !== 0,
    partition: first & 0x07,
    layer: layers >> 6,
    sync: (layers & 0x20) !== 0,
    headerBytes,
  };
}

/** Bytes of the frame tag and, in key frames, the start code and size (RFC 6386 9.1). */
const KEY_FRAME_HEADER_BYTES = 10;

export class Vp8Depacketiser implements Depacketiser {
  readonly #events: DepacketiserEvents;
  readonly #picture = new PictureAssembly();
  #leftOut = 0;
  /** The highest layer that is wanted, and the highest whose references are all there. */
  #wanted = Infinity;
  #held = Infinity;

  constructor(events: DepacketiserEvents) {
    this.#events = events;
  }

  get leftOut(): number {
    return this.#leftOut;
  }

  keep(layer: number): void {
    this.#wanted = layer;
    this.#held = Math.min(this.#held, layer);
  }

  push(packet: RtpPacket, arrivalUs: number): void {
    if (packet.payload.length === 0) return;
    const descriptor = parseVp8Descriptor(packet.payload);
    if (typeof descriptor === 'string') {
      this.gap();
      this.#events.onBadPayload(descriptor);
      return;
    }
    if (this.#leavesOut(descriptor)) return;
    this.#begin(packet, descriptor, arrivalUs);
    if (!this.#picture.open) return;
    const fits = this.#picture.append(packet.payload.subarray(descriptor.headerBytes));
    if (!fits) this.#events.onIncomplete();
    else if (packet.marker) this.#finish();
  }

  gap(): void {
    if (!this.#picture.open) return;
    this.#picture.drop();
    this.#events.onIncomplete();
  }

  /** Whether a packet is of a layer that is not wanted, or whose references were left out. */
  #leavesOut({ layer, sync, startsPartition, partition }: Vp8Descriptor): boolean {
    if (layer <= this.#held) return false;
    if (layer <= this.#wanted && layer === this.#held + 1 && sync) {
      this.#held = layer;
      return false;
    }
    if (startsPartition && partition === 0) this.#leftOut += 1;
    return true;
  }

  #begin(packet: RtpPacket, descriptor: Vp8Descriptor, arrivalUs: number): void {
    const continues = this.#picture.open && this.#picture.timestamp === packet.timestamp;
    if (continues) return;
    // No loss between and yet a new time: the sender left out the marker bit.
    if (this.#picture.open) this.#finish();
    if (!descriptor.startsPartition || descriptor.partition !== 0) {
      this.#events.onIncomplete();
      return;
    }
    this.#picture.begin(packet.timestamp, arrivalUs);
    this.#picture.keyFrame = startsKeyFrame(packet.payload.subarray(descriptor.headerBytes));
    // Everything after it builds on it alone.
    if (this.#picture.keyFrame) this.#held = this.#wanted;
  }

  #finish(): void {
    this.#picture.finish((picture) => this.#events.onPicture(picture));
  }
}

/** The frame tag's lowest bit is 0 in key frames, which carry a start code (RFC 6386 9.1). */
function startsKeyFrame(vp8: Uint8Array): boolean {
  if (vp8.length < KEY_FRAME_HEADER_BYTES || ((vp8[0] ?? 1) & 1) !== 0) return false;
  return vp8[3] === 0x9d && vp8[4] === 0x01 && vp8[5] === 0x2a;
}
