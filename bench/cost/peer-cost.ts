import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { GraphModel } from '@tensorflow/tfjs-converter';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { z } from 'zod';
import { prepareFaceModels } from '../../models/index.ts';
import { seededRandom } from '../load/seeded-random.ts';
import { timeInTurns, timingSchema } from './timing.ts';

export const peerCostSchema = z.object({
  /** What both computed. */
  task: z.string(),
  peer: z.string(),
  ours: timingSchema,
  theirs: timingSchema,
  /** Theirs over ours. */
  ratio: z.number(),
  /** Largest difference of an output over the largest output: above 1e-3 they did not compute the same. */
  apart: z.number(),
});
export type PeerCost = z.infer<typeof peerCostSchema>;

/** Files of `@vladmandic/human` that our nets were made from. */
const SOURCES = { detector: 'blazeface', mesh: 'facemesh', expression: 'emotion', iris: 'iris' } as const;
const SAME = 1e-3;

const sourceSchema = z.object({
  modelTopology: z.looseObject({}),
  weightsManifest: z.tuple([z.looseObject({ weights: z.array(z.looseObject({ name: z.string() })) })]),
});

/** Why a peer could not run here, for people. */
export class PeerMissing extends Error {
  override readonly name = 'PeerMissing';
}

/** The face nets in our runtime and under TF.js on its CPU backend, picture by picture in turns. @throws PeerMissing */
export async function measureFacePeer(rounds: number): Promise<PeerCost[]> {
  const tf = await loadTfjs();
  const paths = await prepareFaceModels();
  const costs: PeerCost[] = [];
  for (const [net, file] of Object.entries(SOURCES)) {
    const path = Object.entries(paths).find(([name]) => name === net)?.[1];
    if (path !== undefined) costs.push(await measureNet(tf, net, path, file, rounds));
  }
  return costs;
}

type Tfjs = Awaited<ReturnType<typeof loadTfjs>>;

async function loadTfjs() {
  try {
    const [core, converter] = await Promise.all([
      import('@tensorflow/tfjs-core'),
      import('@tensorflow/tfjs-converter'),
      import('@tensorflow/tfjs-backend-cpu'),
    ]);
    await core.setBackend('cpu');
    return { ...core, loadGraphModel: converter.loadGraphModel };
  } catch (cause) {
    throw new PeerMissing(
      'TF.js is not installed: npm install @tensorflow/tfjs-core @tensorflow/tfjs-converter @tensorflow/tfjs-backend-cpu',
      { cause },
    );
  }
}

async function measureNet(tf: Tfjs, net: string, path: string, file: string, rounds: number): Promise<PeerCost> {
  const session = await InferenceSession.create(path, { intraOpNumThreads: 1, interOpNumThreads: 1 });
  const model = await loadSource(tf, file);
  const [input] = session.inputMetadata;
  const [batch = 1, channels = 3, height = 1, width = 1] = input?.isTensor ? input.shape.map(Number) : [];
  const random = seededRandom(5);
  const planar = new Float32Array(batch * channels * height * width).map(() => random());
  const feeds = { [session.inputNames[0] ?? 'image']: new Tensor('float32', planar, [batch, channels, height, width]) };
  const image = tf.transpose(tf.tensor4d(planar, [batch, channels, height, width]), [0, 2, 3, 1]);
  const ours = async (): Promise<Float32Array[]> =>
    Object.values(await session.run(feeds)).map(({ data }) => Float32Array.from(data, Number));
  const theirs = (): Promise<Float32Array[]> =>
    Promise.resolve(tf.tidy(() => [model.execute(image)].flat().map((output) => Float32Array.from(output.dataSync()))));
  try {
    const apart = difference(await ours(), await theirs());
    const [own, other] = await timeInTurns([ours, theirs], { rounds, warm: 1 });
    if (own === undefined || other === undefined) throw new PeerMissing('no rounds');
    return {
      task: `face net: ${net}`,
      peer: 'TF.js, cpu backend',
      ours: own,
      theirs: other,
      ratio: other.p50 / own.p50,
      apart,
    };
  } finally {
    await session.release();
    model.dispose();
    image.dispose();
  }
}

async function loadSource(tf: Tfjs, file: string): Promise<GraphModel> {
  const models = join(dirname(createRequire(import.meta.url).resolve('@vladmandic/human')), '..', 'models');
  const source = sourceSchema.parse(JSON.parse(await readFile(join(models, `${file}.json`), 'utf8')));
  const weights = new Uint8Array(await readFile(join(models, `${file}.bin`)));
  const artifacts = {
    modelTopology: source.modelTopology,
    weightSpecs: source.weightsManifest[0].weights as never,
    weightData: weights.buffer,
  };
  return tf.loadGraphModel({ load: () => Promise.resolve(artifacts) });
}

/** How far apart two sets of outputs are at most, over the largest value; outputs are matched by their size and nearness. */
function difference(ours: readonly Float32Array[], theirs: readonly Float32Array[]): number {
  let worst = 0;
  for (const own of ours) {
    const largest = own.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const candidates = theirs.filter((other) => other.length === own.length);
    const nearest = candidates.map((other) =>
      own.reduce((most, value, index) => Math.max(most, Math.abs(value - (other[index] ?? Number.NaN))), 0),
    );
    worst = Math.max(worst, Math.min(...nearest) / Math.max(largest, SAME));
  }
  return worst;
}

/** Whether both computed the same, to what quantisation-free floats allow. */
export function computedTheSame({ apart }: Pick<PeerCost, 'apart'>): boolean {
  return apart <= SAME;
}
