import '@tensorflow/tfjs-backend-cpu';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import { setBackend, tensor4d, transpose } from '@tensorflow/tfjs-core';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { convertNet } from '../../../models/face/convert.ts';
import { FACE_NETS, type FaceNetSource } from '../../../models/face/manifest.ts';
import { cropGrey, cropRgb, type Region } from '../../../pipeline/sense/face/crop.ts';
import { portrait } from '../../pipeline/sense/face/pictures.ts';

const modelsDir = join(dirname(createRequire(import.meta.url).resolve('@vladmandic/human')), '..', 'models');
const source = (net: FaceNetSource, ending: string): Buffer => readFileSync(join(modelsDir, `${net.file}.${ending}`));
const convert = (net: FaceNetSource): Uint8Array => convertNet(net, source(net, 'json').toString(), source(net, 'bin'));

/** The same picture for both runtimes, planar as our nets take it. */
async function realInput([batch, channels, side]: FaceNetSource['input']): Promise<Float32Array> {
  const frame = await portrait('smiling');
  const whole: Region = { cx: frame.width / 2, cy: frame.height / 2, size: frame.width, angle: 0 };
  const input = new Float32Array(batch * channels * side * side);
  for (let i = 0; i < batch; i++) {
    const part = input.subarray((i * input.length) / batch, ((i + 1) * input.length) / batch);
    if (channels === 1) cropGrey(frame, whole, side, part, 2, -1, 2);
    else cropRgb(frame, { ...whole, size: whole.size / (i + 1) }, side, part, 1, 0, 'edge');
  }
  return input;
}

async function runTfjs(net: FaceNetSource, planar: Float32Array): Promise<Map<string, Float32Array>> {
  const { modelTopology, weightsManifest } = JSON.parse(source(net, 'json').toString());
  const weights = new Uint8Array(source(net, 'bin'));
  const artifacts = { modelTopology, weightSpecs: weightsManifest[0].weights, weightData: weights.buffer };
  const model = await loadGraphModel({ load: () => Promise.resolve(artifacts) });
  const [batch, channels, side] = net.input;
  const image = transpose(tensor4d(planar, [batch, channels, side, side]), [0, 2, 3, 1]);
  const names = Object.values(net.outputs).map(({ node }) => node);
  const results = [model.execute(image, names)].flat();
  return new Map(results.map((result, i) => [names[i], Float32Array.from(result.dataSync())]));
}

describe('the face nets in ONNX', () => {
  beforeAll(() => setBackend('cpu'));

  it.each(Object.values(FACE_NETS))('answer as TF.js does on a real photograph: $name', async (net) => {
    const planar = await realInput(net.input);
    const session = await InferenceSession.create(convert(net));
    const ours = await session.run({ image: new OrtTensor('float32', planar, net.input) });
    const theirs = await runTfjs(net, planar);
    for (const [name, { node, dims }] of Object.entries(net.outputs)) {
      const expected = theirs.get(node) ?? new Float32Array();
      const got = Float32Array.from(ours[name].data, Number);
      expect(ours[name].dims).toEqual(dims);
      expect(got.length).toBe(expected.length);
      const size = Math.max(...expected.map(Math.abs));
      const apart = Math.max(...expected.map((value, i) => Math.abs(value - got[i])));
      expect(size).toBeGreaterThan(0.1);
      expect(apart / size).toBeLessThan(1e-4);
    }
    await session.release();
  });

  it.each(Object.values(FACE_NETS))('come out the same bit for bit every time: $name', (net) => {
    const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
    expect(hash(convert(net))).toBe(net.sha256.onnx);
    expect(hash(convert(net))).toBe(net.sha256.onnx);
  });

  it('refuse an operator the converter does not know, by name', () => {
    const net = FACE_NETS.expression;
    const json = source(net, 'json').toString().replace('"Softmax"', '"Sorcery"');
    expect(() => convertNet(net, json, source(net, 'bin'))).toThrow(/Sorcery, which this converter does not know/);
  });

  it('refuse weights that are cut short', () => {
    const net = FACE_NETS.expression;
    const json = source(net, 'json').toString();
    expect(() => convertNet(net, json, source(net, 'bin').subarray(0, 1000))).toThrow(RangeError);
  });
});
