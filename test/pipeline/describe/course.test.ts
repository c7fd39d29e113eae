import { describe, expect, it } from 'vitest';
import { replyOverCall } from '../../../pipeline/describe/asking.ts';
import { Course, type FoundShift } from '../../../pipeline/describe/course.ts';
import { shiftSchema, summarySchema, TASKS, type AffectState } from '../../../pipeline/events.ts';
import { PACK, heads } from './scene.ts';

const open = (): Course => new Course({ participantId: 'ann', pack: PACK, originUs: 0 });

function live(course: Course, valences: readonly number[], fromHop = 0, abstaining = false): FoundShift[] {
  return valences.flatMap((valence, i) => course.push(at(fromHop + i, valence), heads(), [1], abstaining) ?? []);
}

function at(hop: number, valence: number): Omit<AffectState, 'seq' | 'room'> {
  const estimate = (mean: number) => ({ mean, sd: 0.1 });
  return {
    type: 'affect.state',
    participant: 'ann',
    pack: PACK.id,
    startMs: hop * 500,
    endMs: (hop + 1) * 500,
    labels: [{ term: valence > 0 ? 'pleased' : 'tense', score: 0.8 }],
    valence: estimate(valence),
    arousal: estimate(0),
    dominance: estimate(0),
    confidence: 0.8,
    reliability: { face: 1, voice: 1, caption: 1 },
  };
}

const hold = (valence: number, hops: number): number[] => Array<number>(hops).fill(valence);
const said = (text: string, fromMs: number, toMs: number, final = true) => ({
  startUs: fromMs * 1000,
  endUs: toMs * 1000,
  text,
  final,
});

describe('the course of a call', () => {
  it('numbers what is said by anybody modulo 8, in the order heard, and only what is final', () => {
    const course = open();
    const numbers = Array.from({ length: 10 }, (_, i) => course.hear(said('well', i, i + 1), i % 2 ? 'ann' : 'bob'));
    expect(numbers).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 0, 1]);
    expect(course.hear(said('not yet', 10, 11, false), 'bob')).toBe(2);
    expect(course.hear(said('now', 10, 11), 'bob')).toBe(2);
  });

  it('links a shift to what another said just before it', () => {
    const course = open();
    course.hear(said('The meeting is at three.', 500, 1500), 'bob');
    course.hear(said('Congratulations, you won the prize, fantastic!', 3000, 4900), 'bob');
    const [found] = live(course, [...hold(-0.3, 10), ...hold(0.5, 6)]);
    const event = course.shift(found);
    expect(shiftSchema.safeParse({ ...event, seq: 0, room: 'r' }).error).toBeUndefined();
    expect(event).toMatchObject({
      startMs: 5000,
      cause: { utterance: { participant: 'bob', own: false, startMs: 3000 } },
    });
    expect(event.cause.score).toBeGreaterThan(0.6);
    expect(event.to.labels).toEqual([{ term: 'pleased', score: 0.8 }]);
  });

  it('knows nothing any more of what somebody said who withdrew', () => {
    const course = open();
    course.hear(said('Congratulations, you won the prize, fantastic!', 3000, 4900), 'bob');
    const [found] = live(course, [...hold(-0.3, 10), ...hold(0.5, 6)]);
    course.shift(found);
    course.forget('bob');
    expect(course.shift(found).cause.utterance).toBeNull();
    expect(JSON.stringify(course.summary)).not.toContain('bob');
    expect(course.cause).toBeUndefined();
  });

  it('holds words for half a minute and in no summary', () => {
    const course = open();
    course.hear(said('Congratulations, you won the prize, fantastic!', 3000, 4900), 'bob');
    const [found] = live(course, [...hold(-0.3, 10), ...hold(0.5, 6)]);
    expect(course.shift(found).cause.utterance?.text).toContain('prize');
    expect(JSON.stringify(course.summary)).not.toContain('prize');
    expect(course.cause?.text).toContain('prize');
    live(course, hold(0.5, 70), 16);
    expect(course.cause).toBeUndefined();
  });

  it('sums a call up in a size that does not grow with it', () => {
    const [short, long] = [open(), open()];
    live(short, [...hold(-0.5, 10), ...hold(0.5, 10)]);
    for (let i = 0; i < 300; i++)
      for (const found of live(long, [...hold(-0.5, 10), ...hold(0.5, 10)], i * 20)) long.shift(found);
    const summary = summarySchema.parse(long.summary);
    expect(summary).toMatchObject({ seconds: 3000, valence: { mean: 0, min: -0.5, max: 0.5 } });
    expect(summary.labels[0]).toEqual({ term: 'tense', score: 0.9 });
    expect(summary.cues).toEqual([{ cue: 'brow', direction: 'lowered', modality: 'face', count: 6000 }]);
    expect(summary.shifts).toHaveLength(16);
    expect(JSON.stringify(summary).length).toBeLessThan(6000);
  });

  it('says nothing of hops in which nothing could be read', () => {
    const course = open();
    live(course, hold(0.9, 20), 0, true);
    expect(course.summary).toBeUndefined();
    expect(replyOverCall('describe', course).status).toBe('unavailable');
  });

  it('answers every task over the call without a model', () => {
    const course = open();
    for (const found of live(course, [...hold(-0.5, 10), ...hold(0.5, 10)])) course.shift(found);
    const replies = TASKS.map((task) => replyOverCall(task, course));
    expect(replies.map(({ status }) => status)).toEqual(TASKS.map(() => 'ok'));
    expect(replies.map(({ text }) => text)).toEqual([
      'Over 10 s: mostly tense, pleased; neutral on the whole (valence -0.5 to 0.5); the affect shifted once.',
      'Neutral.',
      'tense, pleased.',
      'brow lowered (20 times).',
      expect.stringMatching(/^At 5 s: tense to pleased, after no words that were heard \(/),
    ]);
  });

  it('averages a turn over the time it took', () => {
    const course = open();
    live(course, [...hold(-1, 10), ...hold(0.5, 3)]);
    const last = { valence: 0.9, arousal: 0, dominance: 0 };
    expect(course.average(5000, last).valence).toBeCloseTo(0.6);
    expect(course.average(9999, last).valence).toBe(0.9);
  });
});
