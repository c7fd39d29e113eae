/** Pictures of a format whose every packet tells its layers: VP8 and VP9. */
import type { Depacketiser, DepacketiserEvents } from './depacketiser.ts';
import { PictureAssembly } from './depacketiser.ts';
import type { RtpPacket } from './rtp-packet.ts';

/** What the payload descriptor of a packet tells. */
export interface PacketDescriptor {
  /** A picture begins, or the next spatial layer of the one that is open. */
  readonly beginsFrame: boolean;
  readonly endsPicture: boolean;
  /** Temporal layer (TID), 0 in streams without any; pictures of a layer are no references for those of lower ones. */
  readonly layer: number;
  /** This picture builds on layer 0 alone: from here on its layer can be taken up. */
  readonly sync: boolean;
  /** What comes builds on nothing of higher layers before this picture: from here on every layer can be taken up. */
  readonly switchesUp: boolean;
  /** Where the encoded bytes begin. */
  readonly headerBytes: number;
}

/** How a format lies in RTP. */
export interface LayeredFormat {
  /** Or in words what is wrong with it. */
  describe(packet: RtpPacket): PacketDescriptor | string;
  /** By the first encoded bytes of a picture. */
  startsKeyFrame(encoded: Uint8Array): boolean;
  /** Of spatial layers, which begin at `starts`, one picture; undefined for more than the format allows. */
  join?(picture: Uint8Array, starts: readonly number[]): Joined | undefined;
}

/** What a decoder wants behind a picture of several spatial layers, and how many of them it shows. */
export interface Joined {
  readonly trailer: Uint8Array;
  readonly layers: number;
}

export class LayeredDepacketiser implements Depacketiser {
  readonly #format: LayeredFormat;
  readonly #events: DepacketiserEvents;
  readonly #picture = new PictureAssembly();
  /** Where the frames of the open picture begin. */
  readonly #starts: number[] = [];
  #leftOut = 0;
  /** The highest layer that is wanted, and the highest whose references are all there. */
  #wanted = Infinity;
  #held = Infinity;

  constructor(format: LayeredFormat, events: DepacketiserEvents) {
    this.#format = format;
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
    const descriptor = this.#format.describe(packet);
    if (typeof descriptor === 'string') {
      this.gap();
      this.#events.onBadPayload(descriptor);
      return;
    }
    if (this.#leavesOut(descriptor)) return;
    this.#begin(packet, descriptor, arrivalUs);
    if (!this.#picture.open) return;
    if (descriptor.beginsFrame) this.#starts.push(this.#picture.length);
    const fits = this.#picture.append(packet.payload.subarray(descriptor.headerBytes));
    if (!fits) this.#events.onIncomplete();
    else if (descriptor.endsPicture) this.#finish();
  }

  gap(): void {
    if (!this.#picture.open) return;
    this.#picture.drop();
    this.#events.onIncomplete();
  }

  /** Whether a packet is of a layer that is not wanted, or whose references were left out. */
  #leavesOut({ layer, sync, switchesUp, endsPicture }: PacketDescriptor): boolean {
    if (sync && layer === this.#held + 1 && layer <= this.#wanted) this.#held = layer;
    if (layer > this.#held) {
      if (endsPicture) this.#leftOut += 1;
      return true;
    }
    if (switchesUp) this.#held = this.#wanted;
    return false;
  }

  #begin(packet: RtpPacket, { beginsFrame, headerBytes }: PacketDescriptor, arrivalUs: number): void {
    const continues = this.#picture.open && this.#picture.timestamp === packet.timestamp;
    if (continues) return;
    // No loss between and yet a new time: the sender did not mark the end.
    if (this.#picture.open) this.#finish();
    if (!beginsFrame) {
      this.#events.onIncomplete();
      return;
    }
    this.#picture.begin(packet.timestamp, arrivalUs);
    this.#starts.length = 0;
    this.#picture.keyFrame = this.#format.startsKeyFrame(packet.payload.subarray(headerBytes));
    // Everything after it builds on it alone.
    if (this.#picture.keyFrame) this.#held = this.#wanted;
  }

  #finish(): void {
    const joined = this.#starts.length > 1 ? this.#format.join?.(this.#picture.bytes, this.#starts) : undefined;
    if (joined && !this.#picture.append(joined.trailer)) this.#events.onIncomplete();
    else this.#picture.finish((picture) => this.#events.onPicture(picture), joined?.layers);
  }
}
