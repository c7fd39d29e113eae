/**
 * The door to FFmpeg's decoders (node-av, synchronous: call from a worker thread). One thread per live decoder,
 * because frame threads would delay every picture.
 *
 * Never pass a Dictionary to `open2Sync` of node-av 6.1.1: both sides free it, and the process dies at its end.
 */
import { AV_LOG_QUIET } from 'node-av/constants';
import { FFmpegError, Frame, Log, Packet } from 'node-av/lib';
import type { Codec, CodecContext } from 'node-av/lib';

/** FFmpeg writes to stderr by itself; what matters comes back as error codes. */
export function silenceFfmpeg(): void {
  Log.setLevel(AV_LOG_QUIET);
}

/** FFmpeg refused; `code` is its own. */
export class AvError extends Error {
  readonly code: number;

  constructor(what: string, code: number) {
    super(`${what}: ${FFmpegError.strerror(code)}`);
    this.name = 'AvError';
    this.code = code;
  }
}

/** Throws {@link AvError} for a negative `code`. */
export function checkAv(what: string, code: number): void {
  if (code < 0) throw new AvError(what, code);
}

export class AvDecoder {
  readonly #context: CodecContext;
  readonly #packet = new Packet();
  readonly #frame = new Frame();
  #closed = false;

  /** Opens an allocated and configured context, and owns it from then on. Throws {@link AvError}. */
  constructor(context: CodecContext, codec: Codec) {
    this.#context = context;
    silenceFfmpeg();
    this.#packet.alloc();
    this.#frame.alloc();
    const code = context.open2Sync(codec, null);
    if (code < 0) this.close();
    checkAv(`cannot open the ${codec.name ?? 'unknown'} decoder`, code);
  }

  /** Decodes bytes of one picture or audio packet. Returns 0, or FFmpeg's negative code; frames are valid in `onFrame`. */
  decode(data: Uint8Array, pts: bigint, onFrame: (frame: Frame) => void): number {
    this.#packet.data = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    this.#packet.pts = pts;
    return this.decodePacket(this.#packet, onFrame);
  }

  /** As {@link decode}, for a demuxed packet; null drains. */
  decodePacket(packet: Packet | null, onFrame: (frame: Frame) => void): number {
    const sent = this.#context.sendPacketSync(packet);
    this.#receive(onFrame);
    return Math.min(0, sent);
  }

  /** Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#context.freeContext();
    this.#packet.free();
    this.#frame.free();
  }

  #receive(onFrame: (frame: Frame) => void): void {
    while (this.#context.receiveFrameSync(this.#frame) >= 0) {
      try {
        onFrame(this.#frame);
      } finally {
        this.#frame.unref();
      }
    }
  }
}
