import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linkCause, type HeardUtterance } from '../../../pipeline/describe/cause.ts';
import { readUtterance } from '../../../pipeline/describe/read-utterance.ts';
import { DIALOGUES, type Dialogue } from './dialogues.ts';

function linked({ lines, shift }: Dialogue): { line: number | null; score: number } {
  const heard = lines.map((said, line) => ({ ...said, ...readUtterance(said.text), line }));
  const { utterance, score } = linkCause(shift, heard);
  return { line: utterance?.line ?? null, score };
}

/** How often the link is right, and what its scores say of that. */
function judge(dialogues: readonly Dialogue[]) {
  const links = dialogues.map((dialogue) => ({ ...linked(dialogue), cause: dialogue.cause }));
  const named = links.filter(({ line }) => line !== null);
  const caused = links.filter(({ cause }) => cause !== null);
  const right = (of: typeof links): number => of.filter(({ line, cause }) => line === cause).length;
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  return {
    precision: right(named) / named.length,
    recall: right(caused) / caused.length,
    accuracy: right(links) / links.length,
    score: mean(links.map(({ score }) => score)),
    brier: mean(links.map(({ score, line, cause }) => (score - Number(line === cause)) ** 2)),
  };
}

const unseen = DIALOGUES.filter((_, i) => i % 2 === 1);
const utterance: HeardUtterance = {
  own: false,
  startMs: 1000,
  endMs: 2000,
  valence: 0.8,
  intensity: 0.8,
  question: false,
};
const gladly = { sinceMs: 2500, valence: 0.5, arousal: 0.3 };

describe('linkCause', () => {
  it('finds the cause in constructed dialogues that its weights were not fitted to', () => {
    const { precision, recall, score, accuracy, brier } = judge(unseen);
    expect(DIALOGUES.length).toBeGreaterThanOrEqual(50);
    expect(precision).toBeGreaterThanOrEqual(0.85);
    expect(recall).toBeGreaterThanOrEqual(0.85);
    // A score that knows how often it is right: always 0.5 would have a Brier score of 0.25.
    expect(Math.abs(score - accuracy)).toBeLessThanOrEqual(0.1);
    expect(brier).toBeLessThanOrEqual(0.13);
  });

  it.each(DIALOGUES.slice(0, 12))('reads right: $title', (dialogue) => {
    expect(linked(dialogue).line).toBe(dialogue.cause);
  });

  it('takes nothing for a cause that began after the effect, or ended long before it', () => {
    expect(linkCause({ ...gladly, sinceMs: 700 }, [utterance])).toEqual({ utterance: undefined, score: 1 });
    expect(linkCause({ ...gladly, sinceMs: 7100 }, [utterance])).toEqual({ utterance: undefined, score: 1 });
  });

  it('is less sure the longer ago the words were, and of own words than of those of others', () => {
    const certainty = (shift: typeof gladly, heard: HeardUtterance): number => linkCause(shift, [heard]).score;
    expect(certainty({ ...gladly, sinceMs: 3500 }, utterance)).toBeLessThan(certainty(gladly, utterance));
    expect(certainty(gladly, { ...utterance, own: true })).toBeLessThan(certainty(gladly, utterance));
  });

  it('always gives a probability', () => {
    const any = fc.double({ min: -1, max: 1, noNaN: true });
    const time = fc.integer({ min: 0, max: 20_000 });
    const heard = fc.record({
      own: fc.boolean(),
      startMs: time,
      endMs: time,
      valence: any,
      intensity: fc.double({ min: 0, max: 1, noNaN: true }),
      question: fc.boolean(),
    });
    const shift = fc.record({ sinceMs: time, valence: any, arousal: any });
    fc.assert(
      fc.property(shift, fc.array(heard, { maxLength: 16, size: 'max' }), (one, all) => {
        const { score } = linkCause(one, all);
        expect(score).toBeGreaterThan(0);
        expect(score).toBeLessThanOrEqual(1);
      }),
    );
  });
});
