/** Reads and decodes one track of a file; each track has a demuxer of its own, so that files need not be interleaved. */
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import {
  AV_DISPOSITION_ATTACHED_PIC,
  AVDISCARD_ALL,
  AVERROR_EOF,
  AVMEDIA_TYPE_AUDIO,
  AVMEDIA_TYPE_VIDEO,
} from 'node-av/constants';
import { Codec, CodecContext, FormatContext, InputFormat, Packet } from 'node-av/lib';
import type { Frame, Stream } from 'node-av/lib';
import { AvDecoder, checkAv, silenceFfmpeg } from '../ingest/av-decoder.ts';

/**
 * The demuxers that may be used: none that opens further files or the network (playlists, SDP, concatenations), since
 * the file may come from a stranger.
 */
const FORMATS =
  'mov,matroska,webm,wav,w64,aiff,caf,au,mp3,ogg,flac,aac,amr,avi,flv,asf,mpeg,mpegts,ivf,gif,png_pipe,jpeg_pipe,webp_pipe,bmp_pipe';
/** 8192 x 8192: what a camera may make; more is a trap of a few bytes that asks for all memory. */
const MAX_PIXELS = 8192 * 8192;
const MAX_THREADS = 4;

export type TrackKind = 'audio' | 'video';

/** Opens a demuxer. Throws AvError. The caller closes it with `closeInputSync`. */
export function openContainer(path: string, stillFormat: string | undefined): FormatContext {
  silenceFfmpeg();
  const container = new FormatContext();
  container.allocContext();
  checkAv('cannot bound the formats', container.setOption('format_whitelist', FORMATS));
  checkAv('cannot bound the protocols', container.setOption('protocol_whitelist', 'file'));
  const format = stillFormat === undefined ? null : InputFormat.findInputFormat(stillFormat);
  checkAv('cannot open', container.openInputSync(`file:${resolve(path)}`, format, null));
  try {
    checkAv('cannot find the tracks', container.findStreamInfoSync(null));
  } catch (error) {
    container.closeInputSync();
    throw error;
  }
  return container;
}

/** The best track of a kind; cover pictures of music do not count as video. */
export function findTrack(container: FormatContext, kind: TrackKind): Stream | undefined {
  const index = container.findBestStream(kind === 'audio' ? AVMEDIA_TYPE_AUDIO : AVMEDIA_TYPE_VIDEO);
  const stream = index < 0 ? undefined : container.streams[index];
  return stream?.hasDisposition(AV_DISPOSITION_ATTACHED_PIC) === true ? undefined : stream;
}

/** Whether FFmpeg has a decoder for the best track of a kind. */
export function canDecode(container: FormatContext, kind: TrackKind): boolean {
  const stream = findTrack(container, kind);
  return stream !== undefined && Codec.findDecoder(stream.codecpar.codecId) !== null;
}

export class TrackReader {
  readonly stream: Stream;
  readonly #container: FormatContext;
  readonly #decoder: AvDecoder;
  readonly #packet = new Packet();
  #closed = false;
  /** Packets that could not be decoded, and frames that could not be converted. */
  failures = 0;
  /** The file ended with an error instead of its end. */
  brokeOff = false;
  /** Where in the file the last packet lay. */
  positionBytes = 0;

  /** Throws AvError, also when the file has no such track. */
  constructor(path: string, kind: TrackKind, stillFormat?: string) {
    this.#container = openContainer(path, stillFormat);
    this.#packet.alloc();
    try {
      const stream = findTrack(this.#container, kind);
      if (stream === undefined) throw new Error(`${path} has no ${kind} track`);
      this.stream = stream;
      this.#decoder = openDecoder(stream);
    } catch (error) {
      this.#container.closeInputSync();
      throw error;
    }
    for (const other of this.#container.streams) {
      if (other.index !== this.stream.index) other.discard = AVDISCARD_ALL;
    }
  }

  /**
   * Decodes the next packet, and the last frames when the file ends; frames are valid in `onFrame`. False at the end,
   * whether or not the file is whole.
   */
  read(onFrame: (frame: Frame) => void): boolean {
    const convert = (frame: Frame): void => this.#convert(frame, onFrame);
    const code = this.#container.readFrameSync(this.#packet);
    if (code < 0) {
      this.brokeOff = code !== AVERROR_EOF;
      this.#decoder.decodePacket(null, convert);
      return false;
    }
    if (this.#packet.streamIndex === this.stream.index) {
      this.positionBytes = Math.max(this.positionBytes, Number(this.#packet.pos));
      if (this.#decoder.decodePacket(this.#packet, convert) < 0) this.failures += 1;
    }
    this.#packet.unref();
    return true;
  }

  /** Damage may make frames of shapes that nothing converts: those are left out like what cannot be decoded. */
  #convert(frame: Frame, onFrame: (frame: Frame) => void): void {
    try {
      onFrame(frame);
    } catch {
      this.failures += 1;
    }
  }

  /** Microseconds of a timestamp in the track's time base. */
  toUs(timestamp: bigint): number {
    const { num, den } = this.stream.timeBase;
    return (Number(timestamp) * num * 1e6) / den;
  }

  /** Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#decoder.close();
    this.#packet.free();
    this.#container.closeInputSync();
  }
}

function openDecoder(stream: Stream): AvDecoder {
  const codec = Codec.findDecoder(stream.codecpar.codecId);
  if (codec === null) throw new Error('no decoder for the track');
  const context = new CodecContext();
  context.allocContext3(codec);
  checkAv('cannot configure the decoder', context.parametersToContext(stream.codecpar));
  checkAv('cannot bound the size of pictures', context.setOption('max_pixels', MAX_PIXELS));
  context.pktTimebase = stream.timeBase;
  context.threadCount = Math.min(MAX_THREADS, availableParallelism());
  return new AvDecoder(context, codec);
}
