import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AffectModel, type HopResult } from '../../models/index.ts';
import { PACK_DIR } from './test-pack.ts';
import { FACES, VOICES, rows } from './watching.ts';

let model: AffectModel;
beforeAll(async () => {
  model = await AffectModel.open({ packDir: PACK_DIR });
});
afterAll(() => model.close());

/** The probability of a cue after some seconds of a face in front of a quiet microphone. */
async function seen(face: Readonly<Record<string, number>>, name: string): Promise<number> {
  const memory = model.createMemory();
  const said = new Float32Array(model.pack.manifest.saidSize);
  let heads: HopResult | undefined;
  for (let hop = 0; hop < 6; hop += 1) {
    const voice = rows('voice', VOICES.quiet, hop + 99);
    [heads] = await model.hop([{ memory, face: rows('face', face, hop), voice, said }]);
  }
  const probability = heads?.cues[model.pack.manifest.cues.findIndex((cue) => cue.name === name)];
  memory.close();
  if (probability === undefined) throw new Error(`the pack knows no cue ${name}`);
  return probability;
}

describe('a cue of the face', () => {
  it.each([
    ['head_down', { pitch: -0.5 }],
    ['head_tilt', { roll: 0.4 }],
    ['gaze_away', { gazeX: 0.8 }],
    ['smile', { au12: 0.9, rel12: 0.9 }],
  ])(
    '%s is seen where it was measured, and never where it was not, whatever usually goes with it',
    async (name, row) => {
      expect(await seen({ ...FACES.gloom, ...row }, name)).toBeGreaterThan(0.25);
      expect(await seen(FACES.gloom, name)).toBe(0);
    },
  );
});
