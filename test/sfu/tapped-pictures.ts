/** What the analysis sees of a tapped camera: every picture, and what went wrong with any. */
import { VideoIngest, type VideoIngestEvents } from '../../pipeline/ingest/video-ingest.ts';
import type { VideoFrame } from '../../pipeline/index.ts';
import type { EncodedTrack } from '../../sfu/index.ts';
import type { KeptPackets } from './kept-packets.ts';

/** Reads what reaches `sink` from now on; whoever calls closes the ingest. */
export function readPictures({ id, codec }: EncodedTrack, sink: KeptPackets, onWish: VideoIngestEvents['onWish']) {
  const frames: Array<Pick<VideoFrame, 'captureUs' | 'width'>> = [];
  const problems: string[] = [];
  const { mimeType, clockRateHz } = codec;
  const ingest = new VideoIngest(
    { id, kind: 'video', mimeType, clockRateHz },
    {
      onFrame: ({ captureUs, width, release }) => {
        frames.push({ captureUs, width });
        release?.();
      },
      onError: ({ message }) => problems.push(message),
      onSignal: () => {},
      onWish,
    },
    { sampleIntervalUs: 0 },
  );
  sink.onPacket = () => ingest.push(sink.packets.at(-1)!, performance.now() * 1000);
  return { ingest, frames, problems };
}
