/** H.264 out of RTP (RFC 6184, packetization modes 0 and 1) into Annex B byte streams. */
import type { Depacketiser, DepacketiserEvents } from './depacketiser.ts';
import { PictureAssembly } from './depacketiser.ts';
import type { RtpPacket } from './rtp-packet.ts';

const NAL_IDR = 5;
const NAL_SPS = 7;
const NAL_PPS = 8;
const STAP_A = 24;
const FU_A = 28;
const START_CODE = new Uint8Array([0, 0, 0, 1]);

export class H264Depacketiser implements Depacketiser {
  readonly #events: DepacketiserEvents;
  readonly #picture = new PictureAssembly();
  /** The newest of each, for key frames that come without. One sender rarely has more than one of each. */
  #sps: Uint8Array | undefined;
  #pps: Uint8Array | undefined;
  #pictureHasSps = false;
  #inFragment = false;

  /** `fmtp`: the SDP parameters; `sprop-parameter-sets` is read from them (RFC 6184 8.1). */
  constructor(events: DepacketiserEvents, fmtp = '') {
    this.#events = events;
    for (const nal of parameterSets(fmtp)) this.#remember(nal);
  }

  push(packet: RtpPacket, arrivalUs: number): void {
    const { payload } = packet;
    if (payload.length === 0) return;
    if (this.#picture.open && this.#picture.timestamp !== packet.timestamp) this.#finish();
    if (!this.#picture.open) this.#begin(packet.timestamp, arrivalUs);
    const problem = this.#append(payload);
    if (problem !== undefined) {
      this.gap();
      this.#events.onBadPayload(problem);
    } else if (packet.marker) this.#finish();
  }

  readonly leftOut = 0;

  /** H.264 over RTP does not tell which pictures are no references of others without their SEI or a header extension. */
  keep(): void {}

  gap(): void {
    this.#inFragment = false;
    if (!this.#picture.open) return;
    this.#picture.drop();
    this.#events.onIncomplete();
  }

  #begin(timestamp: number, arrivalUs: number): void {
    this.#picture.begin(timestamp, arrivalUs);
    this.#pictureHasSps = false;
    this.#inFragment = false;
  }

  #append(payload: Uint8Array): string | undefined {
    const type = (payload[0] ?? 0) & 0x1f;
    if (type === FU_A) return this.#appendFragment(payload);
    if (this.#inFragment) return 'a fragmented NAL unit without its end';
    if (type >= 1 && type < STAP_A) return this.#appendNal(payload);
    if (type === STAP_A) return this.#appendAggregate(payload);
    return `NAL unit type ${type} is not one of packetization mode 0 or 1`;
  }

  #appendAggregate(payload: Uint8Array): string | undefined {
    let at = 1;
    while (at + 2 <= payload.length) {
      const size = ((payload[at] ?? 0) << 8) | (payload[at + 1] ?? 0);
      at += 2;
      if (size === 0 || at + size > payload.length) return 'an aggregate whose NAL unit is longer than the packet';
      const problem = this.#appendNal(payload.subarray(at, at + size));
      if (problem !== undefined) return problem;
      at += size;
    }
    return at === payload.length ? undefined : 'an aggregate with bytes left over';
  }

  #appendFragment(payload: Uint8Array): string | undefined {
    const indicator = payload[0] ?? 0;
    const header = payload[1];
    if (header === undefined || payload.length < 3) return 'a fragment without bytes';
    const starts = (header & 0x80) !== 0;
    if (starts === this.#inFragment)
      return starts ? 'a fragmented NAL unit without its end' : 'a fragment without its start';
    this.#inFragment = (header & 0x40) === 0;
    if (!starts) return this.#appendBytes(payload.subarray(2));
    const nalHeader = new Uint8Array([(indicator & 0xe0) | (header & 0x1f)]);
    const problem = this.#openNal(header & 0x1f, payload[2]) ?? this.#appendBytes(nalHeader);
    return problem ?? this.#appendBytes(payload.subarray(2));
  }

  #appendNal(nal: Uint8Array): string | undefined {
    this.#remember(nal);
    return this.#openNal((nal[0] ?? 0) & 0x1f, nal[1]) ?? this.#appendBytes(nal);
  }

  #openNal(type: number, sliceStart = 0): string | undefined {
    if (type === NAL_SPS) this.#pictureHasSps = true;
    // A picture begins with macroblock 0 (`first_mb_in_slice` as Exp-Golomb: one set bit). Otherwise its head was lost.
    if (type === NAL_IDR && !this.#picture.keyFrame && (sliceStart & 0x80) !== 0) {
      this.#picture.keyFrame = true;
      const problem = this.#pictureHasSps ? undefined : this.#appendParameterSets();
      if (problem !== undefined) return problem;
    }
    return this.#appendBytes(START_CODE);
  }

  #appendParameterSets(): string | undefined {
    for (const nal of [this.#sps, this.#pps]) {
      if (nal === undefined) continue;
      const problem = this.#appendBytes(START_CODE) ?? this.#appendBytes(nal);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  #appendBytes(bytes: Uint8Array): string | undefined {
    return this.#picture.append(bytes) ? undefined : 'a picture of more than 8 MiB';
  }

  #remember(nal: Uint8Array): void {
    const type = (nal[0] ?? 0) & 0x1f;
    if (type === NAL_SPS) this.#sps = nal.slice();
    if (type === NAL_PPS) this.#pps = nal.slice();
  }

  #finish(): void {
    if (this.#inFragment) {
      this.gap();
      return;
    }
    this.#picture.finish((picture) => this.#events.onPicture(picture));
  }
}

function parameterSets(fmtp: string): Uint8Array[] {
  const sets = /sprop-parameter-sets=([^;\s]+)/i.exec(fmtp)?.[1] ?? '';
  return sets
    .split(',')
    .filter(Boolean)
    .map((set) => Uint8Array.from(Buffer.from(set, 'base64')));
}
