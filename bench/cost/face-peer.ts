import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import type { GraphModel } from '@tensorflow/tfjs-converter';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { z } from 'zod';
import { prepareFaceModels } from '../../models/index.ts';
import { seededRandom } from '../load/seeded-random.ts';
import { measurePair, type PeerCost, PeerMissing } from './peer-cost.ts';

/** Files of `@vladmandic/human` that our nets were made from. */
const SOURCES = { detector: 'blazeface', mesh: 'facemesh', expression: 'emotion', iris: 'iris' } as const;
/** Below this an output is nothing, and differences are taken as they are. */
const LEAST = 1e-3;
const INSTALL = 'npm install --no-save @tensorflow/tfjs-core @tensorflow/tfjs-converter @tensorflow/tfjs-backend-wasm';

const resolve = createRequire(import.meta.url).resolve;
const sourceSchema = z.object({
  modelTopology: z.looseObject({}),
  weightsManifest: z.tuple([z.looseObject({ weights: z.array(z.looseObject({ name: z.string() })) })]),
});

/** The face nets in our runtime and under TF.js on its wasm backend, the same weights picture by picture in turns. @throws PeerMissing */
export async function measureFacePeer(rounds: number): Promise<PeerCost[]> {
  const tf = await loadTfjs();
  const paths = await prepareFaceModels();
  const costs: PeerCost[] = [];
  for (const [net, file] of Object.entries(SOURCES)) {
    const path = Object.entries(paths).find(([name]) => name === net)?.[1];
    if (path !== undefined) costs.push(await measureNet(tf, { net, path, file, rounds }));
  }
  return costs;
}

type Tfjs = Awaited<ReturnType<typeof loadTfjs>>;

async function loadTfjs() {
  try {
    const [core, converter, wasm] = await Promise.all([
      import('@tensorflow/tfjs-core'),
      import('@tensorflow/tfjs-converter'),
      import('@tensorflow/tfjs-backend-wasm'),
    ]);
    wasm.setWasmPaths(dirname(resolve('@tensorflow/tfjs-backend-wasm')) + sep);
    wasm.setThreadsCount(1);
    if (!(await core.setBackend('wasm'))) throw new Error('its wasm backend did not start');
    const simd = (await core.env().getAsync('WASM_HAS_SIMD_SUPPORT')) === true ? 'with SIMD' : 'without SIMD';
    const title = `TF.js ${core.version_core}, wasm ${simd}, one thread`;
    return { ...core, loadGraphModel: converter.loadGraphModel, title };
  } catch (cause) {
    const why = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
    throw new PeerMissing(`the face nets under TF.js (${why}). To have them measured: ${INSTALL}`, { cause });
  }
}

interface Net {
  readonly net: string;
  readonly path: string;
  readonly file: string;
  readonly rounds: number;
}

async function measureNet(tf: Tfjs, { net, path, file, rounds }: Net): Promise<PeerCost> {
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
    return await measurePair({ task: `face net: ${net}`, peer: tf.title, ours, theirs, apart }, { rounds });
  } finally {
    await session.release();
    model.dispose();
    image.dispose();
  }
}

async function loadSource(tf: Tfjs, file: string): Promise<GraphModel> {
  const models = join(dirname(resolve('@vladmandic/human')), '..', 'models');
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
    worst = Math.max(worst, Math.min(...nearest) / Math.max(largest, LEAST));
  }
  return worst;
}
