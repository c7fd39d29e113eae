import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AffectModel } from '../../../models/index.ts';
import type { DescribableHop, DescribableTurn } from '../../../pipeline/describe/hop-input.ts';
import {
  affectEventSchema,
  type AffectState,
  type Description,
  TASKS,
  type UnstampedEvent,
} from '../../../pipeline/events.ts';
import { HopGrid } from '../../../pipeline/describe/hop-grid.ts';
import { FACES, VOICES, rows } from '../../models/watching.ts';
import { PACK_DIR } from '../../models/test-pack.ts';
import { hop } from './scene.ts';

let model: AffectModel;
beforeAll(async () => {
  model = await AffectModel.open({ packDir: PACK_DIR });
});
afterAll(() => model.close());

type Look = keyof typeof FACES | undefined;

/** The events of one person who looks like this, one entry a hop; `undefined`: neither seen nor heard. */
async function live(looks: readonly Look[], { turnsAt = [] as number[] } = {}): Promise<UnstampedEvent[]> {
  const events: UnstampedEvent[] = [];
  const grid = new HopGrid<string>({ model, onEvent: (event) => events.push(event) });
  grid.join('ann', { participantId: 'ann' });
  for (const [i, one] of looks.entries()) {
    if (turnsAt.includes(i)) await grid.turn('ann', turnWithin(i, one));
    await grid.process([{ key: 'ann', hop: hopOf(one, i) }]);
  }
  await grid.close();
  return events;
}

function hopOf(looks: Look, i: number): DescribableHop {
  const face = looks && rows('face', FACES[looks], i);
  const voice = looks && rows('voice', VOICES.even, 1000 + i);
  return hop(i, { face, voice });
}

/** A turn that ends in the middle of hop `i`, of which only the face is there yet. */
function turnWithin(i: number, looks: Look): DescribableTurn {
  const open = { ...hopOf(looks, i), voice: undefined };
  const us = (hops: number): number => hops * 500_000;
  return { startUs: us(i - 2), endUs: us(i + 0.2), decidedUs: us(i + 0.7), hops: [open], at: open };
}

const descriptions = (events: readonly UnstampedEvent[]) =>
  events.filter((event): event is Omit<Description, 'seq' | 'room'> => event.type === 'affect.description');
const states = (events: readonly UnstampedEvent[]) =>
  events.filter((event): event is Omit<AffectState, 'seq' | 'room'> => event.type === 'affect.state');
const hops = <T extends Look>(count: number, look: T): T[] => Array.from({ length: count }, () => look);

describe('describing with the pack', () => {
  it('tells a smile that comes over a calm face, with its evidence and when it began', async () => {
    const events = await live([...hops(16, 'calm'), ...hops(12, 'smile')]);
    for (const event of events) {
      expect(affectEventSchema.safeParse({ ...event, seq: 0, room: 'r' })).toMatchObject({ success: true });
    }
    expect(states(events)).toHaveLength(28);
    const valence = states(events).map((state) => state.valence.mean);
    expect(valence[27] - valence[15]).toBeGreaterThan(0.2);
    const smiling = descriptions(events).filter(({ endMs }) => endMs > 8000);
    expect(smiling[0].endMs).toBeLessThanOrEqual(10_500);
    const evidence = smiling
      .flatMap((description) => description.evidence)
      .filter(({ modality }) => modality === 'face');
    expect(evidence.some(({ startMs }) => startMs >= 7500 && startMs <= 9500)).toBe(true);
  });

  it('speaks now and then of one who stays the same, and not at every hop', async () => {
    const told = descriptions(await live(hops(60, 'calm')));
    expect(told.length).toBeGreaterThanOrEqual(3);
    expect(told.length).toBeLessThan(20);
  });

  it('abstains when there is neither face nor voice, and speaks of the person again when they are back', async () => {
    const told = descriptions(await live([...hops(10, 'smile'), ...hops(20, undefined), ...hops(6, 'smile')]));
    const gone = told.filter(({ endMs }) => endMs > 5000 && endMs <= 15_000);
    expect(gone.map(({ abstained }) => abstained)).toEqual([true]);
    expect(gone[0].valence.sd).toBeGreaterThanOrEqual(0.5);
    expect(told.at(-1)).toMatchObject({ abstained: false });
  });

  it('says the same of the same features, run after run', async () => {
    const looks = [...hops(4, 'calm'), ...hops(6, 'scowl')];
    const [first, second] = [await live(looks), await live(looks)];
    expect(descriptions(first).map(({ text, id }) => [id, text])).toEqual(
      descriptions(second).map(({ text, id }) => [id, text]),
    );
  });

  it('reads a turn that ends in the middle of a hop, and remembers exactly what it would have remembered without', async () => {
    const looks = [...hops(8, 'calm'), ...hops(8, 'smile')];
    const turning = await live(looks, { turnsAt: [3, 9, 12] });
    const turns = turning.filter(({ type }) => type === 'affect.turn');
    expect(turns).toHaveLength(3);
    for (const turn of turns) expect(affectEventSchema.safeParse({ ...turn, seq: 0, room: 'r' }).error).toBeUndefined();
    const rest = turning.filter(({ type }) => type !== 'affect.turn');
    expect(rest.map(timeless)).toEqual((await live(looks)).map(timeless));
  });

  it('answers what it is asked about the last half minute', async () => {
    const grid = new HopGrid<string>({ model, onEvent() {} });
    grid.join('ann', { participantId: 'ann' });
    expect(await grid.ask('ann', { task: 'sentiment', over: 'window' })).toMatchObject({ status: 'unavailable' });
    for (let i = 0; i < 12; i++) await grid.process([{ key: 'ann', hop: hopOf('smile', i) }]);
    for (const task of TASKS) {
      const reply = await grid.ask('ann', { task, over: 'window' });
      const known = { status: 'ok', startMs: 0, endMs: 6000, text: expect.stringMatching(/\w/) };
      expect(reply).toMatchObject(task in model.pack.manifest.tasks ? known : { status: 'unsupported' });
    }
    expect(await grid.ask('nobody', { task: 'sentiment', over: 'call' })).toMatchObject({ status: 'unavailable' });
    await grid.close();
  });
});

/** Without what differs from run to run. */
function timeless(event: UnstampedEvent): object {
  return { ...event, latencyMs: undefined };
}
