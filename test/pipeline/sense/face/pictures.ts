/** Real pictures for the face tests: clips of ../shared/media where they are, and photographs that an npm package carries. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { Decoder, Demuxer, FilterAPI } from 'node-av/api';
import type { VideoFrame } from '../../../../pipeline/index.ts';

const humanDir = join(dirname(createRequire(import.meta.url).resolve('@vladmandic/human')), '..');

/** The clip's path, or undefined (said aloud) where the shared folder is absent. */
export function sharedClip(name: string): string | undefined {
  const path = resolve(import.meta.dirname, '../../../../../shared/media', name);
  if (existsSync(path)) return path;
  console.warn(`SKIPPED: ${path} is not there; tests on this real clip do not run.`);
  return undefined;
}

/** Photographs of five people that `@vladmandic/human` shows in its documentation; their aspect is set right. */
const PORTRAITS = { man: 7, woman: 321, smiling: 478, laughing: 630 } as const;

export async function portrait(who: keyof typeof PORTRAITS, scale = 'scale=320:384'): Promise<VideoFrame> {
  const [frame] = await decode(
    join(humanDir, 'assets/screenshot-facedetect.jpg'),
    `crop=152:154:${PORTRAITS[who]}:344,${scale}`,
  );
  if (!frame) throw new Error('the portrait did not decode');
  return frame;
}

/** Decodes a file through an FFmpeg filter, e.g. `fps=6,scale=640:360`; times count from 0. */
export async function decode(path: string, filter: string, fps = 25): Promise<VideoFrame[]> {
  await using input = await Demuxer.open(path);
  const stream = input.video();
  if (!stream) throw new Error(`${path} has no picture`);
  using decoder = await Decoder.create(stream);
  using scaled = FilterAPI.create(`${filter},format=yuv420p`);
  const frames: VideoFrame[] = [];
  for (const picture of scaled.framesSync(decoder.framesSync(input.packetsSync(stream.index)))) {
    if (!picture) continue;
    frames.push(planes(picture.width, picture.height, picture.toBuffer(), (frames.length * 1e6) / fps));
    picture.free();
  }
  return frames;
}

/** I420 planes laid one after the other. */
function planes(width: number, height: number, bytes: Uint8Array, captureUs = 0): VideoFrame {
  const luma = width * height;
  const uvStride = (width + 1) >> 1;
  const chroma = uvStride * ((height + 1) >> 1);
  return {
    captureUs,
    width,
    height,
    y: bytes.subarray(0, luma),
    u: bytes.subarray(luma, luma + chroma),
    v: bytes.subarray(luma + chroma, luma + 2 * chroma),
    yStride: width,
    uvStride,
    decodedMs: 0,
  };
}

/** A picture of one colour; `paint` may then write into it. */
export function blank(width: number, height: number, y = 16, u = 128, v = 128): VideoFrame {
  const luma = width * height;
  const chroma = ((width + 1) >> 1) * ((height + 1) >> 1);
  const bytes = new Uint8Array(luma + 2 * chroma);
  bytes.fill(y, 0, luma);
  bytes.fill(u, luma, luma + chroma);
  bytes.fill(v, luma + chroma);
  return planes(width, height, bytes);
}
