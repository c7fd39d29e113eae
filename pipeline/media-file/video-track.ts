/** The pictures of a file: a few a second, upright, scaled down. */
import { AV_FRAME_DATA_DISPLAYMATRIX, AV_NOPTS_VALUE, AV_PKT_DATA_DISPLAYMATRIX } from 'node-av/constants';
import type { Frame } from 'node-av/lib';
import { MonotonicStamp } from '../ingest/capture-clock.ts';
import { orientationOf } from '../ingest/orientation.ts';
import { PictureExporter } from '../ingest/picture-export.ts';
import { SampleGate } from '../ingest/sample-gate.ts';
import type { VideoFrame } from '../types.ts';
import type { TrackReader } from './track-reader.ts';

export interface VideoTrackOptions {
  /** The first picture at or past each multiple is given; default 1/6 s; 0 gives every one. */
  readonly sampleIntervalUs?: number | undefined;
  /** Bigger pictures are scaled down to it; default 640. */
  readonly longestSide?: number | undefined;
}

/** Reads to the end of the file; `startUs`: the file's own time of its beginning. Owns neither reader nor file. */
export function* readVideo(reader: TrackReader, startUs: number, options: VideoTrackOptions): Generator<VideoFrame> {
  const exporter = new PictureExporter(options.longestSide);
  const gate = new SampleGate(options.sampleIntervalUs);
  const stamp = new MonotonicStamp();
  const trackMatrix = reader.stream.codecpar.getCodedSideData(AV_PKT_DATA_DISPLAYMATRIX);
  const ready: VideoFrame[] = [];
  const onFrame = (frame: Frame): void => {
    const pts = frame.bestEffortTimestamp;
    if (pts === AV_NOPTS_VALUE && !isStill(reader)) return;
    const captureUs = stamp.stamp(pts === AV_NOPTS_VALUE ? 0 : Math.max(0, reader.toUs(pts) - startUs));
    if (!gate.isDue(captureUs)) return;
    const matrix = trackMatrix ?? frame.getSideData(AV_FRAME_DATA_DISPLAYMATRIX);
    ready.push({ ...exporter.export(frame, orientationOf(matrix)), captureUs, decodedMs: performance.now() });
  };
  try {
    for (let more = true; more;) {
      more = reader.read(onFrame);
      yield* ready.splice(0);
    }
  } finally {
    exporter.close();
  }
}

/** Pictures alone carry no time. */
function isStill(reader: TrackReader): boolean {
  return reader.stream.nbFrames <= 1n;
}

const STILL_PICTURES = 18;

/** A still picture, held for three seconds at six a second; all share the same planes. */
export function* holdStill(pictures: Iterable<VideoFrame>): Generator<VideoFrame> {
  for (const picture of pictures) {
    for (let i = 0; i < STILL_PICTURES; i += 1) {
      yield { ...picture, captureUs: Math.round((i * 1e6) / 6), decodedMs: performance.now() };
    }
    return;
  }
}

export const STILL_DURATION_MS = (STILL_PICTURES * 1000) / 6;
