import { seededRandom } from '../load/seeded-random.ts';
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

/**
 * A whole number of groups of temporal layers and of the steps in which Opus refreshes a silence (420 ms), so that a loop
 * meets its beginning.
 */
const STILL_PICTURES = 252;
/** Different ones among them; more would only take memory. */
const STILL_KINDS = 63;
/** Standard deviation of a pixel from picture to picture, in levels of luma of 255: a modest camera in a lit room. */
const CAMERA_NOISE = 1.5;
const NOISE_SAMPLES = 2 ** 20;

/**
 * Somebody before a camera who does not move: one picture again and again, and on it the noise of a sensor (Gaussian, the
 * same in every run), or an encoder would have nothing to send.
 */
export function restingPictures(still: Picture): Clip['pictures'] {
  const random = seededRandom(1);
  const noise = Float32Array.from({ length: NOISE_SAMPLES }, () => CAMERA_NOISE * gaussian(random));
  const kinds = Array.from({ length: STILL_KINDS }, () => noisy(still, noise, Math.floor(random() * NOISE_SAMPLES)));
  return Array.from({ length: STILL_PICTURES }, (_, index) => ({
    atMs: (index * 1000) / FRAMES_PER_SECOND,
    picture: kinds[index % STILL_KINDS] ?? still,
  }));
}

/** Chroma, of which a sensor's pixels are averaged, gets half of it. */
function noisy({ width, height, data }: Picture, noise: Float32Array, from: number): Picture {
  const shown = new Uint8ClampedArray(data.length);
  for (let at = 0; at < data.length; at++) {
    const sample = noise[(from + at) % NOISE_SAMPLES];
    shown[at] = data[at] + (at < width * height ? sample : sample / 2);
  }
  return { width, height, data: new Uint8Array(shown.buffer) };
}

/** Box and Muller 1958. */
function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
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
