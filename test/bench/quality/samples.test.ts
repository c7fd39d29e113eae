import { describe, expect, it } from 'vitest';
import { parseSample } from '../../../bench/quality/samples.ts';

const parse = (value: unknown): unknown => parseSample(JSON.stringify(value), 'p.jsonl', 7);

describe('a line of a predictions file', () => {
  it('is scored by the form of its gold', () => {
    expect(parse({ gold: ['happy', 'excited'], pred: ['joyful'] })).toEqual({
      task: 'labels',
      gold: ['happy', 'excited'],
      predicted: ['joyful'],
    });
    expect(parse({ gold: 'happy', pred: ['joyful'] })).toEqual({ task: 'label', gold: 'happy', predicted: ['joyful'] });
    expect(parse({ gold: -0.6, pred: 'negative' })).toEqual({ task: 'sentiment', gold: -0.6, predicted: -1 });
  });

  it('takes labels written as text, and sentiment as a number, a word or an answer with a full stop', () => {
    expect(parse({ gold: 'happy', pred: "['joyful', 'glad']" })).toMatchObject({ predicted: ['joyful', 'glad'] });
    expect(parse({ gold: 1, pred: 0.25 })).toMatchObject({ predicted: 0.25 });
    expect(parse({ gold: 1, pred: ' Positive.' })).toMatchObject({ predicted: 1 });
    expect(parse({ gold: 1, pred: ['neutral'] })).toMatchObject({ predicted: 0 });
  });

  it('takes an answer that is no sentiment as neutral, as the published evaluation does, and says so', () => {
    for (const pred of ['sunny', '', null, [], ['positive', 'negative']])
      expect(parse({ gold: 1, pred })).toEqual({ task: 'sentiment', gold: 1, predicted: 0, unreadable: true });
    expect(parse({ gold: 1, pred: 'neutral' })).not.toHaveProperty('unreadable');
  });

  it('takes no answer for an empty one', () => {
    expect(parse({ gold: ['sad'], pred: null })).toEqual({ task: 'labels', gold: ['sad'], predicted: [] });
    expect(parse({ gold: 'sad', pred: null })).toEqual({ task: 'label', gold: 'sad', predicted: [] });
  });

  it('is allowed to carry other fields', () => {
    expect(parse({ name: 'clip 1', gold: [], pred: [] })).toEqual({ task: 'labels', gold: [], predicted: [] });
  });

  it.each([
    ['{"gold":["happy"]', 'not JSON'],
    ['{"gold":["happy"]}', 'do not fit'],
    ['{"gold":1,"pred":{}}', 'do not fit'],
    ['{"gold":["happy"],"pred":3}', 'do not fit'],
    ['{"gold":null,"pred":[]}', 'do not fit'],
    ['[]', 'do not fit'],
  ])('is refused with its place when malformed: %s', (line, why) => {
    expect(() => parseSample(line, 'p.jsonl', 7)).toThrow(`p.jsonl:7: `);
    expect(() => parseSample(line, 'p.jsonl', 7)).toThrow(why);
  });
});
