/** The expression net: a posterior over seven words for a face, from its grey picture. */
import type { FaceNet } from '../../../models/index.ts';
import type { VideoFrame } from '../../types.ts';
import { cropGrey } from './crop.ts';
import { regionOf } from './mesh.ts';

/** In the net's own order, which is also that of `p*` in the contract. */
export const EXPRESSIONS = ['Angry', 'Disgust', 'Fear', 'Happy', 'Sad', 'Surprise', 'Neutral'] as const;
const SIDE = 64;
/** Around the mesh's own box; the net was trained on faces cut about so (tried 0.8 to 1.5: steadiest at 1.1). */
const MARGIN = 1.1;

/** How the grey crop looks, for judging how far to trust what nets make of it. */
export interface PictureQuality {
  /** Standard deviation of grey. */
  contrast: number;
  /** Mean absolute Laplacian over contrast: about 0.4 for a sharp face, under 0.15 when blurred. */
  sharpness: number;
}

/** Writes the posterior (sums to 1) into `out` and what the crop looks like into `picture`. */
export async function readExpression(
  net: FaceNet,
  frame: VideoFrame,
  mesh: Float32Array,
  out: Float32Array,
  picture: PictureQuality,
): Promise<void> {
  const region = regionOf(mesh, MARGIN);
  const taps = region.size > 2 * SIDE ? Math.min(3, Math.round(region.size / SIDE)) : 1;
  const outputs = await net.run((input) => {
    cropGrey(frame, region, SIDE, input, 2, -1, taps);
    judge(input, picture);
  });
  out.set(outputs['posterior']);
}

function judge(grey: Float32Array, picture: PictureQuality): void {
  let [sum, squares, edges] = [0, 0, 0];
  for (let row = 1; row < SIDE - 1; row++) {
    for (let at = row * SIDE + 1; at < row * SIDE + SIDE - 1; at++) {
      const value = grey[at];
      sum += value;
      squares += value * value;
      edges += Math.abs(4 * value - grey[at - 1] - grey[at + 1] - grey[at - SIDE] - grey[at + SIDE]);
    }
  }
  const n = (SIDE - 2) ** 2;
  const mean = sum / n;
  const deviation = Math.sqrt(Math.max(0, squares / n - mean * mean));
  picture.contrast = deviation / 2;
  picture.sharpness = deviation > 1e-6 ? edges / n / deviation : 0;
}
