import { describe, expect, it } from 'vitest';
import type { HopItem, HopResult, SpeakItem, SpeakUpdate } from '../../../models/index.ts';
import { ParticipantMemory } from '../../../models/runtime/memory.ts';
import type { UnstampedEvent } from '../../../pipeline/events.ts';
import { type DescribingModel, HopGrid } from '../../../pipeline/describe/hop-grid.ts';
import { PACK, heads, hop } from './scene.ts';

/** A model that answers at once and notes what it was asked; `during` runs while a hop or a decoding is under way. */
class ScriptedModel implements DescribingModel {
  readonly pack = PACK;
  readonly hops: (readonly HopItem[])[] = [];
  readonly spoken: number[] = [];
  readonly memories: ParticipantMemory[] = [];
  readonly asked: (string | undefined)[] = [];
  answer = 'Positive.';
  result: HopResult = heads({ silent: 0 });
  during: () => void = () => {};

  createMemory(): ParticipantMemory {
    const memory = new ParticipantMemory();
    this.memories.push(memory);
    return memory;
  }

  async hop(items: readonly HopItem[]): Promise<HopResult[]> {
    this.hops.push(items);
    this.during();
    return items.map(() => this.result);
  }

  async ask({ task }: SpeakItem): Promise<SpeakUpdate> {
    this.asked.push(task);
    this.during();
    return { item: 0, text: this.answer, delta: '', cues: [], done: true, truncated: false };
  }

  async *speak(items: readonly SpeakItem[]): AsyncGenerator<SpeakUpdate[], void, void> {
    this.spoken.push(items.length);
    const update = (text: string, delta: string, done: boolean) =>
      items.map((_, item) => ({ item, text, delta, cues: [0], done, truncated: false }));
    yield update('One', 'One', false);
    this.during();
    yield update('One two.', ' two.', true);
  }
}

function open(...keys: string[]) {
  return openWith({}, ...keys);
}

function openWith(options: { readonly deltas?: boolean }, ...keys: string[]) {
  const model = new ScriptedModel();
  const events: [string, UnstampedEvent['type']][] = [];
  const seen: UnstampedEvent[] = [];
  let clockMs = 2000;
  const grid = new HopGrid<string>({
    ...options,
    model,
    now: () => (clockMs += 10),
    onEvent: (event, key) => {
      events.push([key, event.type]);
      seen.push(event);
    },
  });
  for (const key of keys) grid.join(key, { participantId: `person ${key}` });
  return { model, grid, events, seen };
}

const at = (index: number, ...keys: string[]) => keys.map((key) => ({ key, hop: hop(index) }));

describe('the hop grid', () => {
  it('tells the state of a turn while the hop before it is still being put into words', async () => {
    const { model, grid, events } = open('a');
    await grid.process(at(0, 'a'));
    let wordsCome = (): void => undefined;
    const words = new Promise<void>((resolve) => (wordsCome = resolve));
    const speak = model.speak.bind(model);
    model.speak = async function* (items) {
      await words;
      yield* speak(items);
    };
    const spoken = grid.process(at(1, 'a'));
    const { startUs, endUs } = hop(2);
    await grid.turn('a', { hops: [hop(2)], startUs, endUs, decidedUs: endUs, at: hop(2) });
    expect(events.map(([, type]) => type)).toEqual(['affect.state', 'affect.state', 'affect.turn']);
    wordsCome();
    await spoken;
    expect(events.at(-1)?.[1]).toBe('affect.description');
  });

  it('runs one hop for everybody, then one decoding for those who speak', async () => {
    const { model, grid, events } = open('a', 'b');
    await grid.process(at(0, 'a', 'b'));
    await grid.process(at(1, 'b', 'a'));
    expect(model.hops.map((items) => items.length)).toEqual([2, 2]);
    expect(model.spoken).toEqual([2]);
    expect(events.slice(2)).toEqual([
      ['a', 'affect.state'],
      ['b', 'affect.state'],
      ['a', 'affect.description'],
      ['b', 'affect.description'],
    ]);
  });

  it('keeps the batch in the order of arrival in the call, however the hops come', async () => {
    const { model, grid } = open('a', 'b');
    await grid.process(at(0, 'b', 'a'));
    await grid.process(at(1, 'a', 'b'));
    const order = model.hops.map((items) => items.map(({ memory }) => memory));
    expect(order[0]).toEqual(order[1]);
    expect(order[0][0]).toBe(model.memories[0]);
  });

  it('takes several hops of one participant in order, one a run', async () => {
    const { model, grid, events } = open('a', 'b');
    await grid.process([...at(0, 'a', 'b'), ...at(1, 'a')]);
    expect(model.hops.map((items) => items.length)).toEqual([2, 1]);
    expect(events.at(-1)).toEqual(['a', 'affect.description']);
  });

  it('tells how long each stage took, so that the parts add up', async () => {
    const { grid, seen } = open('a');
    await grid.process(at(0, 'a'));
    await grid.process([{ key: 'a', hop: hop(1, { earlier: { tap: 1, decode: 2, sense: 3 } }) }]);
    // Sensed at 1005, closed at 1020; then the clock says 2020 for the heads, 2030 for the first words, 2040 for the last.
    expect(seen.at(-1)).toMatchObject({
      latencyMs: { tap: 1, decode: 2, sense: 3, window: 15, encode: 1000, firstWord: 10, decoded: 10 },
    });
  });

  it('tells the words of a description as they are found, under the id that it will have', async () => {
    const { grid, seen } = openWith({ deltas: true }, 'a');
    await grid.process(at(0, 'a'));
    await grid.process(at(1, 'a'));
    const [delta, description] = seen.slice(-2);
    expect(delta).toMatchObject({ type: 'affect.delta', text: 'One', id: 'person a@500', version: 1 });
    expect(description).toMatchObject({ type: 'affect.description', text: 'One two.', id: 'person a@500', version: 1 });
  });

  it('says nothing of one who leaves in the middle of a hop, and goes on for the others', async () => {
    const { model, grid, events } = open('a', 'b');
    await grid.process(at(0, 'a', 'b'));
    events.length = 0;
    model.during = () => grid.leave('a');
    await grid.process(at(1, 'a', 'b'));
    expect(events).toEqual([
      ['b', 'affect.state'],
      ['b', 'affect.description'],
    ]);
    expect(model.memories[0].closed).toBe(true);
  });

  it('says nothing of one who leaves in the middle of the decoding', async () => {
    const { model, grid, events } = open('a', 'b');
    await grid.process(at(0, 'a', 'b'));
    model.during = () => model.spoken.length > 0 && grid.leave('a');
    await grid.process(at(1, 'a', 'b'));
    expect(events.filter(([, type]) => type === 'affect.description')).toEqual([['b', 'affect.description']]);
  });

  it('ignores hops of those who are not there', async () => {
    const { model, grid } = open('a');
    await grid.process(at(0, 'nobody'));
    expect(model.hops).toEqual([]);
  });

  it('goes on after a run that failed', async () => {
    const { model, grid, events } = open('a');
    model.during = () => {
      throw new Error('broken run');
    };
    await expect(grid.process(at(0, 'a'))).rejects.toThrow('broken run');
    model.during = () => {};
    await grid.process(at(1, 'a'));
    expect(events).toEqual([['a', 'affect.state']]);
  });

  it('forgets everybody on close', async () => {
    const { model, grid } = open('a', 'b');
    await grid.close();
    await grid.close();
    expect(model.memories.every(({ closed }) => closed)).toBe(true);
  });

  it('tells of a turn at once and leaves the memory as it was', async () => {
    const { model, grid, seen } = open('a');
    await grid.process(at(0, 'a'));
    const [memory] = model.memories;
    await grid.turn('a', turn(1));
    const event = seen.at(-1);
    expect(event).toMatchObject({ type: 'affect.turn', startMs: 0, endMs: 600, decidedMs: 900 });
    const [, fork] = model.memories;
    expect(model.hops.at(-1)).toMatchObject([{ memory: fork, voice: undefined }]);
    expect([memory.closed, fork.closed]).toEqual([false, true]);
  });

  it('reads a turn from the last hop when none is open', async () => {
    const { model, grid, seen } = open('a');
    await grid.turn('a', { ...turn(1), hops: [] });
    expect(seen).toEqual([]);
    await grid.process(at(0, 'a'));
    await grid.turn('a', { ...turn(1), hops: [] });
    expect(model.hops).toHaveLength(1);
    expect(seen.at(-1)).toMatchObject({ type: 'affect.turn', valence: { mean: 0.2 }, average: { valence: 0.2 } });
  });

  it('says nothing of the turn of one who leaves meanwhile', async () => {
    const { model, grid, seen } = open('a');
    await grid.process(at(0, 'a'));
    model.during = () => grid.leave('a');
    await grid.turn('a', turn(1));
    expect(seen.at(-1)?.type).toBe('affect.state');
    expect(model.memories.every(({ closed }) => closed)).toBe(true);
  });

  it('says why the affect shifted, and, when asked, in whose words', async () => {
    const { model, grid, seen } = open('a');
    const words = { startUs: 0, endUs: 4_900_000, text: 'I am so sorry, we lost it.', final: true };
    grid.hear('a', words, 'person b');
    model.answer = 'sadness: none.';
    for (let i = 0; i < 10; i++) await grid.process(at(i, 'a'));
    expect(await grid.ask('a', { task: 'cause', over: 'window' })).toMatchObject({
      text: 'sadness, after nothing that was said.',
    });
    model.result = heads({ silent: 1, vad: Float32Array.of(-0.6, 0.1, 0) });
    for (let i = 10; i < 14; i++) await grid.process(at(i, 'a'));
    const cause = { participant: 'person b', own: false, text: words.text };
    const shifts = seen.filter(({ type }) => type === 'affect.shift');
    expect(shifts).toMatchObject([{ startMs: 5000, cause: { utterance: cause } }]);
    expect(await grid.ask('a', { task: 'cause', over: 'window' })).toMatchObject({
      text: 'sadness, after "I am so sorry, we lost it."',
      cause,
    });
  });

  it('answers questions in its turn, and says what the pack was not trained for', async () => {
    const { model, grid } = open('a');
    await grid.process(at(0, 'a'));
    await grid.process(at(1, 'a'));
    expect(await grid.ask('a', { task: 'sentiment', over: 'window' })).toEqual({
      status: 'ok',
      text: 'Positive.',
      startMs: 0,
      endMs: 1000,
    });
    const unsupported = await grid.ask('a', { task: 'expression', over: 'window' });
    expect(unsupported).toMatchObject({ status: 'unsupported', text: expect.stringContaining('small@1') });
    expect(await grid.ask('a', { task: 'expression', over: 'call' })).toMatchObject({ status: 'ok' });
    model.during = () => {
      grid.leave('a');
      throw new Error('closed');
    };
    expect(await grid.ask('a', { task: 'sentiment', over: 'window' })).toMatchObject({ status: 'unavailable' });
  });
});

describe('the hop grid, of who rests', () => {
  const resting = (index: number, key: string) => [{ key, hop: hop(index, { rest: 'stands' }) }];

  it('gives the model nothing and tells nothing, while time goes on for what was told', async () => {
    const { model, grid, events, seen } = open('a');
    for (const index of [0, 1]) await grid.process(at(index, 'a'));
    const [runs, told] = [model.hops.length, events.length];
    for (let index = 2; index < 20; index++) await grid.process(resting(index, 'a'));
    expect([model.hops.length, events.length]).toEqual([runs, told]);
    await grid.process(at(20, 'a'));
    expect(events[told]).toEqual(['a', 'affect.state']);
    // Nothing was said for as long as is ever kept silent, and the cue held from the first hop to this one.
    const said = seen.at(-1);
    expect(said).toMatchObject({ type: 'affect.description', evidence: [{ startMs: 0, endMs: 10_500 }] });
    const { summary } = await grid.ask('a', { task: 'describe', over: 'call' });
    // All but the first, when it was too early to know.
    expect(summary?.seconds).toBe(10);
  });

  it('says again what still holds without decoding, and with nothing of decoding in its latency', async () => {
    const { model, grid, seen } = open('a');
    model.result = heads();
    for (const index of [0, 1]) await grid.process(at(index, 'a'));
    for (const index of [14, 27, 40]) await grid.process([{ key: 'a', hop: hop(index, { rest: 'looked' }) }]);
    const said = seen.filter((event) => event.type === 'affect.description');
    expect(said.map(({ version, text }) => [version, text])).toEqual([
      [1, said[0].text],
      [1, said[1].text],
      [2, said[1].text],
      [3, said[1].text],
    ]);
    expect(model.spoken).toHaveLength(2);
    expect(said[1].latencyMs).toHaveProperty('decoded');
    expect(said[3].latencyMs).not.toHaveProperty('decoded');
    expect(said[3].latencyMs).toHaveProperty('encode');
  });

  it('runs a hop that nothing can stand for, and no hop of theirs together with those of who is awake', async () => {
    const { model, grid, events } = open('a', 'b');
    await grid.process(resting(0, 'a'));
    expect(model.hops.map((items) => items.length)).toEqual([1]);
    await grid.process([...resting(1, 'a'), ...at(1, 'b')]);
    expect(model.hops.map((items) => items.length)).toEqual([1, 1]);
    expect(events.filter(([, type]) => type === 'affect.state').map(([key]) => key)).toEqual(['a', 'b']);
  });

  it('answers from as far back as the memory reaches, which is further when hops were left out', async () => {
    const { grid } = open('a');
    for (let index = 0; index < 4; index++) await grid.process(at(index, 'a'));
    for (let index = 4; index < 100; index++) await grid.process(resting(index, 'a'));
    await grid.process(at(100, 'a'));
    expect(await grid.ask('a', { task: 'sentiment', over: 'window' })).toMatchObject({ startMs: 0, endMs: 50_500 });
  });
});

/** A person who spoke from the beginning stopped in the middle of hop `index`. */
function turn(index: number) {
  const begun = hop(index);
  return { startUs: 0, endUs: begun.startUs + 100_000, decidedUs: begun.startUs + 400_000, hops: [begun], at: begun };
}
