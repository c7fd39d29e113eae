import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AffectModel } from '../../../models/index.ts';
import {
  affectEventSchema,
  type AffectState,
  type Description,
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
async function live(looks: readonly Look[]): Promise<UnstampedEvent[]> {
  const events: UnstampedEvent[] = [];
  const grid = new HopGrid<string>({ model, onEvent: (event) => events.push(event) });
  grid.join('ann', { participantId: 'ann' });
  for (const [i, look] of looks.entries()) {
    const face = look && rows('face', FACES[look], i);
    const voice = look && rows('voice', VOICES.even, 1000 + i);
    await grid.process([{ key: 'ann', hop: hop(i, { face, voice }) }]);
  }
  await grid.close();
  return events;
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
    const smiling = descriptions(events).filter(({ endMs }) => endMs > 8500);
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
});
