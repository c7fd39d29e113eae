import { describe, expect, it } from 'vitest';
import type { Sample } from '../../../bench/quality/samples.ts';
import { QualityScorer, type QualityScores } from '../../../bench/quality/scores.ts';
import { EmotionWheels } from '../../../bench/quality/wheel.ts';
import { smallWheel } from './small-wheel.ts';

const wheels = new EmotionWheels(smallWheel);

function score(...samples: Sample[]): QualityScores {
  const scorer = new QualityScorer(wheels);
  for (const sample of samples) scorer.add(sample);
  return scorer.scores();
}

const sets = (gold: string[], predicted: string[]): Sample => ({ task: 'labels', gold, predicted });
const hit = (gold: string, ...predicted: string[]): Sample => ({ task: 'label', gold, predicted });
const sentiment = (gold: number, predicted: number): Sample => ({ task: 'sentiment', gold, predicted });

// The values checked with the official files; the small wheels set the same words in the same relations.
describe('set-based F', () => {
  it.each([
    {
      gold: ['happy', 'excited'],
      predicted: ['joyful'],
      perWheel: [2 / 3, 1, 1, 2 / 3, 2 / 3],
      f: 0.8,
      precision: 1,
      recall: 0.7,
      level2: 0.4,
    },
    {
      gold: ['angry', 'dissatisfied'],
      predicted: ['frustrated', 'sad'],
      perWheel: Array<number>(5).fill(2 / 3),
      f: 2 / 3,
      precision: 0.8,
      recall: 0.7,
      level2: 0.6,
    },
    {
      gold: ['happy'],
      predicted: ['angry'],
      perWheel: Array<number>(5).fill(0),
      f: 0,
      precision: 0,
      recall: 0,
      level2: 0,
    },
  ])(
    'scores $predicted for $gold as the official files do',
    ({ gold, predicted, perWheel, f, precision, recall, level2 }) => {
      const { metrics } = score(sets(gold, predicted));
      expect(metrics?.level1.perWheel.map((value) => value?.toFixed(10))).toEqual(
        perWheel.map((value) => value.toFixed(10)),
      );
      expect(metrics?.level1.f).toBeCloseTo(f, 10);
      expect(metrics?.level1.precision).toBeCloseTo(precision, 10);
      expect(metrics?.level1.recall).toBeCloseTo(recall, 10);
      expect(metrics?.level2.f).toBeCloseTo(level2, 10);
      expect(metrics?.f).toBeCloseTo((f + level2) / 2, 10);
    },
  );

  it('averages precision and recall over the corpus before F is taken', () => {
    // Wheel 1: (P 1, R .5) and (P .5, R 1) -> P = R = .75 -> F .75, where the mean of the two F would be .6667.
    const scores = score(
      sets(['happy', 'excited'], ['joyful']),
      sets(['angry', 'dissatisfied'], ['frustrated', 'sad']),
    );
    expect(scores.metrics?.level1.perWheel[0]).toBeCloseTo(0.75, 10);
    expect(scores.metrics?.level1.precision).toBeCloseTo(0.9, 10);
    expect(scores.metrics?.level1.recall).toBeCloseTo(0.7, 10);
  });

  it('counts an empty prediction as precision and recall 0 and skips a sample whose gold is on no wheel', () => {
    const scores = score(
      sets(['happy'], ['happy']),
      sets(['happy'], []),
      sets(['happy'], ['zebra']),
      sets([], ['happy']),
      sets(['neutral'], ['happy']),
    );
    expect(scores.metrics?.level1.precision).toBeCloseTo(1 / 3, 10);
    expect(scores.counts).toMatchObject({ lines: 5, setSamples: 3, noGoldOnAnyWheel: 2 });
  });

  it('skips a sample only on the wheels that lack its gold', () => {
    const scores = score(sets(['sad'], ['sad']));
    expect(scores.metrics?.level1.perWheel).toEqual([1, 1, null, null, 1]);
    expect(scores.metrics?.level1.f).toBe(1);
  });

  it('counts a place once, however often, in whatever form and case it was named', () => {
    const plain = score(sets(['happy', 'sad'], ['joyful', 'angry']));
    const odd = score(
      sets([' Happiness ', 'HAPPY', 'sadly', 'zebra'], ['Joyfully', 'joyful', 'joyful', 'ANGER', 'angrily', 'neutral']),
    );
    expect(odd.metrics).toEqual(plain.metrics);
  });

  it('reads deeper on the second ring: what shares the inner ring alone is a miss there', () => {
    // Wheel 1: angry and dissatisfied are both hot, but cross and sour.
    const { metrics } = score(sets(['angry'], ['dissatisfied']));
    expect(metrics?.level1.perWheel[0]).toBe(1);
    expect(metrics?.level2.perWheel[0]).toBe(0);
  });

  it('tells nothing where there was nothing to score', () => {
    expect(score(sets(['neutral'], ['happy']))).toMatchObject({ metrics: null, hitRate: null, sentiment: null });
  });
});

describe('hit rate', () => {
  it('is the share of samples whose one gold label was among the predicted, per wheel and then over wheels', () => {
    // joyful lies with happy on every wheel; it lies with excited on wheels 2 and 3 only.
    expect(score(hit('happy', 'joyful', 'sad')).hitRate).toBe(1);
    expect(score(hit('excited', 'joyful')).hitRate).toBeCloseTo(0.4, 10);
    expect(score(hit('happy', 'joyful'), hit('happy', 'angry')).hitRate).toBe(0.5);
  });

  it('skips samples whose gold is on no wheel, as neutral is', () => {
    const scores = score(hit('neutral', 'happy'), hit('happy', 'happy'));
    expect(scores.hitRate).toBe(1);
    expect(scores.counts).toMatchObject({ hitSamples: 1, noGoldOnAnyWheel: 1 });
  });
});

describe('sentiment', () => {
  it('drops gold 0 and counts a neutral prediction as negative', () => {
    const scores = score(sentiment(0, 1), sentiment(-0.4, 0), sentiment(0.2, 0));
    expect(scores.sentiment?.accuracy).toBe(0.5);
    expect(scores.counts).toMatchObject({ sentimentSamples: 2, sentimentGoldZero: 1 });
  });

  it('weighs the F1 of each class by how often it is gold', () => {
    // Gold + + + -; predicted + + - -. F1(+) = 2*2/(2*2+1) = .8; F1(-) = 2*1/(2*1+1) = .6667.
    const scores = score(sentiment(1, 1), sentiment(0.5, 0.1), sentiment(0.5, -1), sentiment(-1, -1));
    expect(scores.sentiment?.waf).toBeCloseTo(0.75 * 0.8 + 0.25 * (2 / 3), 10);
    expect(scores.sentiment).toMatchObject({ accuracy: 0.75, n: 4 });
  });

  it('gives 0 to a class that was never right', () => {
    expect(score(sentiment(1, -1), sentiment(-1, 1)).sentiment).toMatchObject({ waf: 0, accuracy: 0 });
  });
});
