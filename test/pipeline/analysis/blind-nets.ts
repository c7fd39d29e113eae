import { FACE_NETS } from '../../../models/face/manifest.ts';
import type { FaceNets } from '../../../models/index.ts';
import type { ParticipantEvents } from '../../../pipeline/analysis/participant.ts';

/** News of a participant that nobody listens to; a problem fails the test. */
export const DEAF: Omit<ParticipantEvents, 'onHop'> = {
  onRest: () => {},
  onTurn: () => {},
  onSignal: () => {},
  onWish: () => {},
  onProblem: (error) => {
    throw error;
  },
  onFaceShed: () => {},
};

/** Nets that see nobody, in the time that `look` takes. */
export function blindNets(look: () => void): FaceNets {
  const nets = Object.values(FACE_NETS).map(({ name, input, outputs }) => {
    const size = input.reduce((product, dim) => product * dim, 1);
    const run = async (fill: (image: Float32Array) => void): Promise<Record<string, Float32Array>> => {
      // As the real nets: whoever asks goes on until the run begins.
      await Promise.resolve();
      fill(new Float32Array(size));
      look();
      const blank = Object.entries(outputs).map(([output, { dims }]) => {
        const length = dims.reduce((product, dim) => product * dim, 1);
        // A score is a logit: far below zero is "no face".
        return [output, new Float32Array(length).fill(output.startsWith('scores') ? -100 : 0)] as const;
      });
      return Object.fromEntries(blank);
    };
    return [name, { run }] as const;
  });
  return Object.fromEntries(nets) as unknown as FaceNets;
}
