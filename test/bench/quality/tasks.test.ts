import { describe, expect, it } from 'vitest';
import { Calibration } from '../../../bench/quality/calibration.ts';
import { parseSample } from '../../../bench/quality/samples.ts';
import { QualityScorer } from '../../../bench/quality/scores.ts';
import { TaskScorer } from '../../../bench/quality/task-scores.ts';

describe('tasks beyond MER-UniBench', () => {
  it('score words by accuracy and by F1 weighted with the gold classes, worked by hand', () => {
    const scorer = new TaskScorer();
    for (const [gold, pred] of [
      ['Happy.', 'happy'],
      ['happy', 'sad'],
      ['sad', 'sad'],
      ['angry', 'sad'],
    ])
      scorer.add({ task: 'emotion', gold, pred });
    // happy: P 1, R 1/2, F 2/3, weight 1/2. sad: P 1/3, R 1, F 1/2, weight 1/4. angry: 0.
    expect(scorer.tasks()['emotion']).toEqual({ n: 4, accuracy: 0.5, waf: expect.closeTo(1 / 3 + 1 / 8, 10) });
  });

  it('score action units and cause pairs as sets, whatever their order and case', () => {
    const scorer = new TaskScorer();
    scorer.add({
      task: 'expression',
      gold: 'cheek raiser, lip corner puller',
      pred: ['Lip corner puller', 'brow lowerer'],
    });
    scorer.add({ task: 'cause', gold: '3_happy,1;5_sad,4', pred: '3_Happy, 1' });
    expect(scorer.tasks()['expression']?.accuracy).toBeCloseTo(0.5, 10);
    expect(scorer.tasks()['cause']?.accuracy).toBeCloseTo(2 / 3, 10);
  });

  it('score a reason by the longest run of words that both have, in order', () => {
    const scorer = new TaskScorer();
    scorer.add({ task: 'reason', gold: 'she lost her job today', pred: 'today she lost a job' });
    // "she lost job": 3 of 5 and of 5.
    expect(scorer.tasks()['reason']?.accuracy).toBeCloseTo(0.6, 10);
  });

  it('keep categories of a question file apart', () => {
    const scorer = new TaskScorer();
    scorer.add({ task: 'choice', category: 'understanding', gold: 'b', pred: 'b' });
    scorer.add({ task: 'choice', category: 'application', gold: 'b', pred: 'a' });
    expect(Object.entries(scorer.tasks()).map(([name, { accuracy }]) => [name, accuracy])).toEqual([
      ['choice: understanding', 1],
      ['choice: application', 0],
    ]);
  });

  it('tell how late shifts are told, which are missed and which are none', () => {
    const scorer = new TaskScorer();
    scorer.add({ task: 'shift', gold: [2, 10, 30], pred: [2.9, 3.1, 11.5, 50] });
    expect(scorer.shifts()).toEqual({
      expected: 3,
      found: 2,
      falseAlarms: 2,
      p50Ms: expect.closeTo(900, 6),
      p90Ms: expect.closeTo(1500, 6),
    });
  });

  it('tell which share of the named evidence is true', () => {
    const scorer = new TaskScorer();
    scorer.add({ task: 'evidence', gold: ['brow lowered', 'pitch up'], pred: ['Brow lowered', 'lips up'] });
    expect(scorer.evidence()).toEqual({ precision: 0.5, n: 2 });
  });
});

describe('calibration', () => {
  it('is the distance of confidence and accuracy, weighted by how often it was claimed', () => {
    const calibration = new Calibration();
    for (const right of [true, true, true, false]) calibration.add(0.95, right);
    for (const right of [false, false]) calibration.add(0.15, right);
    // 4/6 × |0.95 - 0.75| + 2/6 × |0.15 - 0|
    expect(calibration.score()?.ece).toBeCloseTo((4 / 6) * 0.2 + (2 / 6) * 0.15, 10);
    expect(calibration.score()?.bins).toHaveLength(2);
  });

  it('takes a confidence of exactly 1, and says null where nobody told one', () => {
    expect(new Calibration().score()).toBeNull();
    const sure = new Calibration();
    sure.add(1, true);
    expect(sure.score()).toMatchObject({ ece: 0, n: 1 });
  });

  it('is read from any line that tells its confidence', () => {
    const scorer = new QualityScorer();
    for (const line of [
      '{"gold":0.5,"pred":"positive","confidence":0.8}',
      '{"gold":-0.5,"pred":"positive","confidence":0.8}',
      '{"task":"emotion","gold":"sad","pred":"sad","confidence":0.6}',
      '{"gold":0,"pred":"positive","confidence":0.9}',
    ])
      scorer.add(parseSample(line, 'made.jsonl', 1));
    expect(scorer.scores().calibration).toMatchObject({ n: 3 });
    expect(scorer.scores().counts).toMatchObject({ sentimentSamples: 2, sentimentGoldZero: 1, otherSamples: 1 });
  });
});
