import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { measureDecode } from '../../../bench/cost/decode-cost.ts';
import { weightBytesPerRun } from '../../../bench/cost/onnx-weights.ts';
import { PackGraphs } from '../../../bench/cost/pack-graphs.ts';
import { timeInPairs, timeInTurns, timingOf } from '../../../bench/cost/timing.ts';
import { measureWindow } from '../../../bench/cost/window-cost.ts';
import { bundledPackDir } from '../../../models/index.ts';

const field = (number: number, bytes: Uint8Array): Uint8Array =>
  Uint8Array.of(number * 8 + 2, (bytes.length & 0x7f) | 0x80, bytes.length >> 7, ...bytes);
const text = (value: string): Uint8Array => Buffer.from(value);
const join2 = (...parts: Uint8Array[]): Uint8Array => Buffer.concat(parts);

describe('weights that a run must read', () => {
  const node = (op: string, ...inputs: string[]): Uint8Array =>
    field(1, join2(...inputs.map((name) => field(1, text(name))), field(4, text(op))));
  const weights = (name: string, size: number): Uint8Array =>
    field(5, join2(field(8, text(name)), field(9, new Uint8Array(size))));

  it('are its initializers, without tables of which it looks up rows, but with those that it also multiplies by', () => {
    const graph = join2(
      node('Gather', 'rows', 'token'),
      node('MatMul', 'x', 'wide'),
      node('Gather', 'tied', 'token'),
      node('MatMul', 'y', 'tied'),
      weights('rows', 900),
      weights('wide', 300),
      weights('tied', 70),
    );
    expect(weightBytesPerRun(field(7, graph))).toBe(370);
  });

  it('are most of the file of the step graph that comes with the project', async () => {
    await using graphs = await PackGraphs.open(bundledPackDir());
    const { step = '' } = graphs.pack.manifest.variants[0]?.graphs ?? {};
    const file = await readFile(join(graphs.pack.dir, step));
    const bytes = weightBytesPerRun(file);
    expect(bytes / file.length).toBeGreaterThan(0.5);
    expect(bytes).toBeLessThan(file.length);
  });

  it('are refused where there is no graph', () => {
    expect(() => weightBytesPerRun(field(8, text('no graph')))).toThrow('no ONNX model');
  });
});

describe('the cost of a pack', () => {
  it('compares the loop with steps that choose the same tokens, and a hop with its window anew', async () => {
    await using graphs = await PackGraphs.open(bundledPackDir());
    const decode = await measureDecode(graphs, 8, 2);
    expect(decode.sameTokens).toBe(true);
    expect(decode.steps?.n).toBe(2);
    expect(decode.timesBound.stream).toBeGreaterThan(0);
    const [two, ten] = await measureWindow(graphs, [2, 10], 2, () => {});
    expect([two?.hops, ten?.hops]).toEqual([4, 20]);
    for (const cost of [ten, ten?.afterOther]) expect([cost?.incremental.n, cost?.full.n]).toEqual([2, 2]);
  });
});

describe('timing in turns', () => {
  it('gives every way a turn in every round, and leaves the warm rounds out', async () => {
    const turns: string[] = [];
    const way = (name: string) => () => Promise.resolve(turns.push(name));
    const timings = await timeInTurns([way('a'), way('b')], { rounds: 3, warm: 1 });
    expect(turns.join('')).toBe('abababab');
    expect(timings.map(({ n }) => n)).toEqual([3, 3]);
  });

  it('tells how two ways compare pair by pair, the second over the first', async () => {
    const turns: string[] = [];
    const way = (name: string) => () => Promise.resolve(turns.push(name));
    const { ours, theirs, ratio } = await timeInPairs(way('a'), way('b'), { rounds: 3, warm: 0 });
    expect(turns.join('')).toBe('ababab');
    expect([ours.n, theirs.n, ratio.n]).toEqual([3, 3, 3]);
    expect(ratio.p25).toBeLessThanOrEqual(ratio.p75);
  });

  it('tells the middle and the middle half', () => {
    expect(timingOf([5, 1, 3, 2, 4])).toEqual({ p50: 3, p25: 2, p75: 4, n: 5 });
  });
});
