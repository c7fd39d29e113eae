import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AffectModel, type HopResult, type SpeakUpdate } from '../../models/index.ts';
import { floats } from '../../models/runtime/tensors.ts';
import { PACK_DIR } from './test-pack.ts';
import { hopItem, texts, watch } from './watching.ts';

let model: AffectModel;
let said: Float32Array;
beforeAll(async () => {
  model = await AffectModel.open({ packDir: PACK_DIR });
  said = new Float32Array(model.pack.manifest.saidSize);
});
afterAll(() => model.close());

const numbers = ({ vad, vadSd, labels, cues, cueStrength, reliability, confidence, change, silent }: HopResult) => [
  ...vad,
  ...vadSd,
  ...labels,
  ...cues,
  ...cueStrength,
  ...reliability,
  confidence,
  change,
  silent,
];

/** The largest difference of any head. */
function distance(a: HopResult, b: HopResult): number {
  const other = numbers(b);
  return Math.max(...numbers(a).map((value, i) => Math.abs(value - other[i])));
}

describe('hops', () => {
  it('give the heads in their ranges', async () => {
    const { last } = await watch(model, [1], 3);
    const { manifest } = model.pack;
    expect(last[0].labels).toHaveLength(manifest.labels.length);
    expect(last[0].cues).toHaveLength(manifest.cues.length);
    expect(last[0].vad.every((x) => Math.abs(x) <= 1)).toBe(true);
    expect(last[0].vadSd.every((x) => x > 0)).toBe(true);
    expect(
      [...last[0].cues, ...last[0].cueStrength, last[0].confidence, last[0].silent].every((x) => x >= 0 && x <= 1),
    ).toBe(true);
  });

  it('remember: the same features later in a call do not mean the same', async () => {
    const [fresh, later] = [await watch(model, [7], 1), await watch(model, [3], 6)];
    const [again] = await model.hop([hopItem(model, later.memories[0], 7, 0)]);
    expect(distance(again, fresh.last[0])).toBeGreaterThan(1e-3);
  });

  it('of a person are the same alone, in a batch, and while others come, go and change places', async () => {
    const alone = await watch(model, [1], 6);
    const memories = [0, 1, 2, 3].map(() => model.createMemory());
    const order = [[1], [0, 1], [0, 1, 2], [2, 1], [1, 2, 3, 0], [3, 1]];
    const mine: HopResult[] = [];
    for (const [hop, people] of order.entries()) {
      const results = await model.hop(people.map((person) => hopItem(model, memories[person], person, hop)));
      mine.push(results[people.indexOf(1)]);
    }
    expect(distance(mine[5], alone.last[0])).toBeLessThan(1e-5);
  });

  it('refuse features of the wrong length, a memory twice, and a memory that was closed', async () => {
    const memory = model.createMemory();
    await expect(model.hop([{ memory, face: new Float32Array(3), said }])).rejects.toMatchObject({ code: 'bad-input' });
    await expect(model.hop([hopItem(model, memory, 1, 0), hopItem(model, memory, 1, 0)])).rejects.toMatchObject({
      code: 'bad-input',
    });
    expect(memory.count).toBe(0);
    memory.close();
    await expect(model.hop([hopItem(model, memory, 1, 0)])).rejects.toMatchObject({ code: 'closed' });
  });
});

describe('a memory that is closed', () => {
  it('is zeros at once, and the others of its batch are as they were', async () => {
    const { memories, last } = await watch(model, [1, 2], 4);
    const batch = memories[0].batch;
    const before = (await texts(model, [memories[1]], [last[1]]))[0];
    memories[0].close();
    for (const tensor of Object.values(batch?.tensors ?? {})) {
      const values = floats(tensor);
      expect(values.subarray(0, values.length / 2).every((x) => x === 0)).toBe(true);
    }
    expect((await texts(model, [memories[1]], [last[1]]))[0]).toEqual(before);
  });

  it('while its hop runs keeps nothing of that hop', async () => {
    const { memories } = await watch(model, [1, 2], 1);
    const running = model.hop([hopItem(model, memories[0], 1, 1), hopItem(model, memories[1], 2, 1)]);
    memories[0].close();
    await running;
    expect(memories[0].batch).toBeUndefined();
    const left = floats(memories[1].batch?.tensors[model.pack.state[0].name]);
    expect(left.subarray(0, left.length / 2).every((x) => x === 0)).toBe(true);
    expect(left.subarray(left.length / 2).some((x) => x !== 0)).toBe(true);
  });

  it('while it speaks says not a word more', async () => {
    const { memories, last } = await watch(model, [1], 4);
    const updates: SpeakUpdate[] = [];
    const speech = model.speak([{ memory: memories[0], said, ...last[0] }], { chunk: 1 });
    memories[0].close();
    for await (const update of speech) updates.push(...update);
    expect(updates).toEqual([]);
  });
});

describe('speaking', () => {
  it('makes a text out of words, and names no cue whose probability is under its threshold', async () => {
    const { memories, last } = await watch(model, [1, 2, 3], 6);
    for (const [i, { text, cues }] of (await texts(model, memories, last)).entries()) {
      expect(text).toMatch(/^[A-Z][\w ,.;:'’-]+\.$/);
      for (const cue of cues) expect(last[i].cues[cue]).toBeGreaterThanOrEqual(model.pack.manifest.thresholds.cue[cue]);
    }
  });

  it('gives a person the same text alone and among 16, byte for byte', async () => {
    const people = Array.from({ length: 16 }, (_, i) => i + 1);
    const { memories, last } = await watch(model, people, 6);
    const together = await texts(model, memories, last);
    for (const person of [0, 7, 15]) {
      const [alone] = await texts(model, [memories[person]], [last[person]]);
      expect({ ...alone, item: person }).toEqual(together[person]);
    }
  });

  it('gives the same text whatever the length of the chunks', async () => {
    const { memories, last } = await watch(model, [5], 6);
    const [long] = await texts(model, memories, last, 64);
    const [short] = await texts(model, memories, last, 3);
    expect([short.text, short.cues]).toEqual([long.text, long.cues]);
  });

  it('streams words that add up to the text', async () => {
    const { memories, last } = await watch(model, [5], 6);
    const heard: SpeakUpdate[] = [];
    for await (const updates of model.speak([{ memory: memories[0], said, ...last[0] }], { chunk: 3 }))
      heard.push(...updates);
    expect(heard.map(({ delta }) => delta).join('')).toBe(heard.at(-1)?.text);
    expect(heard.filter(({ done }) => done)).toHaveLength(1);
    expect(heard.length).toBeGreaterThan(1);
  });

  it('is not disturbed by hops that go on meanwhile', async () => {
    const { memories, last } = await watch(model, [5, 6], 6);
    const [quiet] = await texts(model, [memories[0]], [last[0]]);
    let end: SpeakUpdate | undefined;
    for await (const updates of model.speak([{ memory: memories[0], said, ...last[0] }])) {
      await model.hop([hopItem(model, memories[0], 5, 90), hopItem(model, memories[1], 6, 90)]);
      end = updates.at(-1);
    }
    expect(end).toEqual(quiet);
  });

  it('stops between two chunks when it is aborted', async () => {
    const { memories, last } = await watch(model, [5], 2);
    const abort = new AbortController();
    const speech = model.speak([{ memory: memories[0], said, ...last[0] }], { chunk: 1, signal: abort.signal });
    abort.abort(new Error('enough'));
    await expect(speech.next()).rejects.toThrow('enough');
  });
});

describe('closing', () => {
  it('waits for runs under way, can be repeated, and lets nothing run after it', async () => {
    const other = await AffectModel.open({ packDir: PACK_DIR });
    const memory = other.createMemory();
    const running = other.hop([hopItem(other, memory, 1, 0)]);
    await Promise.all([other.close(), other.close()]);
    await expect(running).resolves.toHaveLength(1);
    await expect(other.hop([hopItem(other, memory, 1, 1)])).rejects.toMatchObject({ code: 'closed' });
  });
});
