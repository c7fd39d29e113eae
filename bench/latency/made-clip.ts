import { CLIP_RATE_HZ, type Clip, cropPicture, type Picture } from './clip.ts';

const FRAMES_PER_SECOND = 25;
const LENGTH_S = 8;
/** A still picture is moved by at most this share of its size, so that it looks to an encoder like somebody before a camera. */
const SWAY = 0.04;

/** Makes a video out of a still picture by swaying the view; a photograph of a face stays a face. */
export function swayingPictures(still: Picture): Clip['pictures'] {
  const width = evenBelow(still.width * (1 - 2 * SWAY));
  const height = evenBelow(still.height * (1 - 2 * SWAY));
  const [spareX, spareY] = [still.width - width, still.height - height];
  return Array.from({ length: FRAMES_PER_SECOND * LENGTH_S }, (_, index) => {
    // Whole turns in the length of the clip, so that its end meets its beginning.
    const turn = (2 * Math.PI * index) / (FRAMES_PER_SECOND * LENGTH_S);
    const x = evenBelow((spareX * (1 + Math.sin(3 * turn))) / 2);
    const y = evenBelow((spareY * (1 + Math.sin(5 * turn))) / 2);
    return { atMs: (index * 1000) / FRAMES_PER_SECOND, picture: cropPicture(still, x, y, width, height) };
  });
}

/** A drawn disc before a gradient: moving picture content without a face, for machines that have no photograph. */
export function drawnStill(): Picture {
  const [width, height] = [640, 360];
  const data = new Uint8Array((width * height * 3) / 2).fill(128);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const inside = Math.hypot((x - width / 2) * 1.3, y - height / 2) < height / 3;
      data[y * width + x] = inside ? 190 : 40 + ((x + y) >> 3);
    }
  }
  return { width, height, data };
}

/** A buzz with the pitch, syllables and pauses of speech, and no words: 4.8 syllables a second at about 150 Hz. */
export function buzzingVoice(): Int16Array {
  const samples = new Int16Array(LENGTH_S * CLIP_RATE_HZ);
  let phase = 0;
  for (let i = 0; i < samples.length; i++) {
    const time = i / CLIP_RATE_HZ;
    phase += (150 * (1 + 0.15 * Math.sin(2 * Math.PI * 0.5 * time))) / CLIP_RATE_HZ;
    const syllable = Math.max(0, Math.sin(2 * Math.PI * 2.4 * time)) * (time % 4 < 3 ? 1 : 0);
    let sum = 0;
    for (let harmonic = 1; harmonic <= 12; harmonic++) sum += Math.sin(2 * Math.PI * phase * harmonic) / harmonic;
    samples[i] = 9000 * syllable * sum;
  }
  return samples;
}

function evenBelow(value: number): number {
  return Math.floor(value / 2) * 2;
}
