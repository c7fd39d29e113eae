/** VP8, VP9 and H.264 pictures of a live stream through FFmpeg. */
import {
  AV_CODEC_FLAG_LOW_DELAY,
  AV_CODEC_ID_H264,
  AV_CODEC_ID_VP8,
  AV_CODEC_ID_VP9,
  AV_FRAME_FLAG_CORRUPT,
} from 'node-av/constants';
import type { AVCodecID } from 'node-av/constants';
import { Codec, CodecContext } from 'node-av/lib';
import type { Frame } from 'node-av/lib';
import { AvDecoder, checkAv } from './av-decoder.ts';
import type { Depacketiser, DepacketiserEvents } from './depacketiser.ts';
import { H264Depacketiser } from './h264-depacketiser.ts';
import { LayeredDepacketiser } from './layered-depacketiser.ts';
import { VP8 } from './vp8-payload.ts';
import { VP9 } from './vp9-payload.ts';

/** How a codec is taken out of RTP and decoded. */
export interface PictureCodec {
  depacketiser(events: DepacketiserEvents, fmtp: string | undefined): Depacketiser;
  /** Throws AvError. */
  open(): AvDecoder;
}

const CODECS: Readonly<Record<string, PictureCodec>> = {
  'video/vp8': {
    depacketiser: (events) => new LayeredDepacketiser(VP8, events),
    open: () => openDecoder(AV_CODEC_ID_VP8),
  },
  'video/vp9': {
    depacketiser: (events) => new LayeredDepacketiser(VP9, events),
    open: () => openDecoder(AV_CODEC_ID_VP9),
  },
  'video/h264': {
    depacketiser: (events, fmtp) => new H264Depacketiser(events, fmtp),
    open: () => openDecoder(AV_CODEC_ID_H264),
  },
};

/** Undefined for what cannot be decoded. */
export function pictureCodec(mimeType: string): PictureCodec | undefined {
  return CODECS[mimeType.toLowerCase()];
}

/** 4096 x 4096: a sender may claim 16383 x 16383 in a header of ten bytes, and the memory for it would be taken. */
const MAX_LIVE_PIXELS = 4096 * 4096;

function openDecoder(id: AVCodecID): AvDecoder {
  const codec = Codec.findDecoder(id);
  if (codec === null)
    throw new Error('This build of FFmpeg lacks VP8, VP9 or H.264: reinstall node-av with its own FFmpeg.');
  const context = new CodecContext();
  context.allocContext3(codec);
  context.threadCount = 1;
  checkAv('cannot bound the size of pictures', context.setOption('max_pixels', MAX_LIVE_PIXELS));
  context.setFlags(AV_CODEC_FLAG_LOW_DELAY);
  return new AvDecoder(context, codec);
}

/** FFmpeg conceals what it could not read and says so: such a picture shows what was not there. */
export function isDamaged(frame: Frame): boolean {
  return frame.decodeErrorFlags !== 0 || frame.hasFlags(AV_FRAME_FLAG_CORRUPT);
}
