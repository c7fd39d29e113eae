import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AffectModel, type HopItem, type HopResult, type ParticipantMemory } from '../../models/index.ts';
import features from '../../models/features.json' with { type: 'json' };
import { PACK_DIR } from './test-pack.ts';
import { FACES, VOICES, rows, watch } from './watching.ts';

let model: AffectModel;
let said: Float32Array;
beforeAll(async () => {
  model = await AffectModel.open({ packDir: PACK_DIR });
  said = new Float32Array(model.pack.manifest.saidSize);
});
afterAll(() => model.close());

/** One face in front of a quiet microphone for a few seconds. */
async function face(name: keyof typeof FACES, hops = 8): Promise<{ memory: ParticipantMemory; heads: HopResult }> {
  const memory = model.createMemory();
  let heads: HopResult | undefined;
  for (let hop = 0; hop < hops; hop += 1) {
    const item: HopItem = {
      memory,
      face: rows('face', FACES[name], hop),
      voice: rows('voice', VOICES.quiet, hop + 99),
      said,
    };
    [heads] = await model.hop([item]);
  }
  if (heads === undefined) throw new Error('no hop');
  return { memory, heads };
}

const ask = async (task: string, { memory, heads }: Awaited<ReturnType<typeof face>>, abstain = false) =>
  model.ask({ memory, said, ...heads, task, abstain });

describe('tasks', () => {
  it('answer in the form that each task has', async () => {
    const { memories, last } = await watch(model, [1, 2, 3, 4, 5, 6], 6);
    const terms = new Set(model.pack.manifest.labels.map(({ term }) => term));
    for (const [i, memory] of memories.entries()) {
      const seen = { memory, heads: last[i] };
      expect((await ask('sentiment', seen)).text).toMatch(/^((Slightly |Very )?(positive|negative)|Neutral)\.$/i);
      const labels = (await ask('labels', seen)).text;
      expect(labels).toMatch(/^[a-z' ,-]+\.$/);
      for (const label of labels.slice(0, -1).split(', ')) expect(terms).toContain(label);
      expect((await ask('expression', seen)).text).toMatch(
        /^(AU\d+ [a-z ]+(, AU\d+ [a-z ]+)*|No action unit stands out|The face cannot be seen)\.$/,
      );
      expect((await ask('cause', seen)).text).toMatch(/^[a-z' -]+: (none|[0-7])\.$/);
    }
  });

  it('tell a smile from a scowl', async () => {
    const [smile, scowl] = [await face('smile'), await face('scowl')];
    expect((await ask('sentiment', smile)).text.toLowerCase()).toContain('positive');
    expect((await ask('sentiment', scowl)).text.toLowerCase()).toContain('negative');
    expect((await ask('expression', smile)).text).toContain('AU12 lip corner puller');
    expect((await ask('expression', scowl)).text).toContain('AU4 brow lowerer');
  });

  it('name every action unit whose cue the heads see, and no other', async () => {
    for (const seen of [await face('smile'), await face('scowl'), await face('start')]) {
      const { cues } = await ask('expression', seen);
      const thresholds = model.pack.manifest.thresholds.every['expression'] ?? [];
      const shown = [...thresholds.keys()].filter((cue) => seen.heads.cues[cue] >= thresholds[cue]);
      expect(cues.toSorted((a, b) => a - b)).toEqual(shown);
    }
  });

  it('say that too little can be told when they are to abstain, whatever the memory holds', async () => {
    const seen = await face('smile');
    expect((await ask('sentiment', seen, true)).text).toBe('Too little to say.');
    expect((await ask('labels', seen, true)).text).toBe('Too little to say.');
    const { text } = await ask('describe', seen, true);
    for (const { term } of model.pack.manifest.labels.filter(({ family }) => family !== 'neutral'))
      expect(text.toLowerCase().split(/[^a-z' -]+|(?<= )| (?=)/)).not.toContain(term);
  });

  it('refuse a task that the pack does not know', async () => {
    await expect(ask('poetry', await face('calm', 1))).rejects.toMatchObject({ code: 'bad-input' });
  });
});

describe('words heard', () => {
  it('of others reach the memory apart from one’s own', async () => {
    const width = features.caption.features.length;
    const at = (name: string) => features.caption.features.indexOf(name);
    const sad = (row: number) => {
      const caption = new Float32Array(features.caption.rowsPerHop * width);
      for (const [name, value] of [
        ['present', 1],
        ['valence', -0.8],
        ['negative', 0.8],
        ['trust', 0.9],
        ['length', 0.3],
        ['valid', 1],
      ] as const)
        caption[row * width + at(name)] = value;
      return caption;
    };
    const [own, others] = await Promise.all(
      [0, 1].map(async (row) => {
        const memory = model.createMemory();
        let heads: HopResult[] = [];
        for (let hop = 0; hop < 4; hop += 1) heads = await model.hop([{ memory, caption: sad(row), said }]);
        return heads[0];
      }),
    );
    expect(own.reliability[2]).toBeGreaterThan(others.reliability[2]);
    expect(own.vad[0]).toBeLessThan(others.vad[0]);
  });
});
