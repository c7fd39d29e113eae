import { z } from 'zod';
import {
  AffectModel,
  FEATURES,
  FaceNets,
  type FillInput,
  type HopItem,
  prepareFaceModels,
  type SpeakItem,
} from '../../models/index.ts';
import { seededRandom } from '../load/seeded-random.ts';
import { timeInTurns, timingOf, timingSchema } from './timing.ts';

/** One stage at one batch size; ms of the whole batch, and of each participant in it. */
export const stageCostSchema = z.object({
  stage: z.string(),
  batch: z.number().int(),
  ms: timingSchema,
  eachMs: z.number(),
});
export type StageCost = z.infer<typeof stageCostSchema>;

const WARM_HOPS = 8;

/** The face nets (which are not batched), the hop, and speaking, as the product runs them. */
export async function measureStages(
  packDir: string,
  batches: readonly number[],
  rounds: number,
  onDone: (stages: number) => void,
): Promise<StageCost[]> {
  const costs = await measureFace(rounds);
  onDone(costs.length);
  await using model = await AffectModel.open({ packDir });
  for (const batch of batches) {
    costs.push(...(await measureModel(model, batch, rounds)));
    onDone(costs.length);
  }
  return costs;
}

async function measureFace(rounds: number): Promise<StageCost[]> {
  await using nets = await FaceNets.open(await prepareFaceModels());
  const random = seededRandom(3);
  const noise: FillInput = (input) => {
    for (let i = 0; i < input.length; i++) input[i] = random();
  };
  const [detector, follow] = await timeInTurns(
    [
      () => nets.detector.run(noise),
      async () => {
        for (const net of [nets.mesh, nets.expression, nets.iris]) await net.run(noise);
      },
    ],
    { rounds },
  );
  const pictures = FEATURES.face.framesPerHop;
  return [
    ...(detector === undefined
      ? []
      : [{ stage: 'face: find (one picture, when lost)', batch: 1, ms: detector, eachMs: detector.p50 }]),
    ...(follow === undefined
      ? []
      : [
          {
            stage: `face: follow (${pictures} pictures a hop)`,
            batch: 1,
            ms: times(follow, pictures),
            eachMs: follow.p50 * pictures,
          },
        ]),
  ];
}

function times(timing: z.infer<typeof timingSchema>, factor: number): z.infer<typeof timingSchema> {
  const { p25, p50, p75, n } = timing;
  return { p25: p25 * factor, p50: p50 * factor, p75: p75 * factor, n };
}

async function measureModel(model: AffectModel, batch: number, rounds: number): Promise<StageCost[]> {
  const { manifest } = model.pack;
  const said = new Float32Array(manifest.saidSize);
  const items: HopItem[] = Array.from({ length: batch }, () => ({ memory: model.createMemory(), said }));
  let heads = await model.hop(items);
  for (let hop = 1; hop < WARM_HOPS; hop++) heads = await model.hop(items);
  const [hop] = await timeInTurns([() => model.hop(items)], { rounds });
  const speakers: SpeakItem[] = items.map(({ memory }, index) => ({
    memory,
    said,
    cues: Float32Array.from(heads[index]?.cues ?? []),
    vad: Float32Array.from(heads[index]?.vad ?? []),
    vadSd: Float32Array.from(heads[index]?.vadSd ?? []),
    labels: Float32Array.from(heads[index]?.labels ?? []),
  }));
  const [firstMs, wholeMs]: [number[], number[]] = [[], []];
  for (let round = 0; round < Math.ceil(rounds / 4); round++) {
    const startMs = performance.now();
    let first: number | undefined;
    for await (const updates of model.speak(speakers))
      if (updates.some(({ delta }) => delta !== '')) first ??= performance.now() - startMs;
    wholeMs.push(performance.now() - startMs);
    firstMs.push(first ?? performance.now() - startMs);
  }
  for (const { memory } of items) memory.close();
  const stages = [
    ['encode, fuse, prefill (one hop)', hop],
    ['speak: first words', timingOf(firstMs)],
    ['speak: whole description', timingOf(wholeMs)],
  ] as const;
  return stages.flatMap(([stage, ms]) => (ms === undefined ? [] : [{ stage, batch, ms, eachMs: ms.p50 / batch }]));
}
