/** Shifts of simulated calls (`models/training/shifts.py PACK --calls`), found and linked to words as live ones are. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type HeardUtterance, linkCause } from '../../../pipeline/describe/cause.ts';
import { ShiftDetector } from '../../../pipeline/describe/shift-detector.ts';

const HOP_MS = 500;
/** A change is told within so long, or not at all. */
const TOLD_WITHIN_MS = 5000;

const number = z.number();
const callsSchema = z.array(
  z.object({
    /** Valence, its sd, arousal, its sd, change; hop by hop. */
    readings: z.array(z.tuple([number, number, number, number, number])),
    /** Start and end in ms, 1 when own, valence, trust, arousal, 1 when a question. */
    said: z.array(z.tuple([number, number, number, number, number, number, number])),
    /** Ms, and the index of the utterance that the change came from, or -1. */
    changes: z.array(z.tuple([number, number])),
  }),
);
type Call = z.infer<typeof callsSchema>[number];
const calls = callsSchema.parse(JSON.parse(readFileSync(new URL('simulated-calls.json', import.meta.url), 'utf8')));

interface Linked {
  readonly index: number;
  readonly truth: number;
  readonly newest: number;
  readonly score: number;
}

/** The shifts told that were changes: what each was linked to, what it came from, and the last words before it. */
function links({ readings, said, changes }: Call): Linked[] {
  const detector = new ShiftDetector<number>();
  const utterances = said.map(([startMs, endMs, own, valence, trust, arousal, question], index) => {
    const trusted = valence * Math.min(1, 2 * trust);
    const intensity = Math.max(arousal, Math.abs(trusted));
    return { index, startMs, endMs, own: own > 0, valence: trusted, intensity, question: question > 0 };
  });
  return readings.flatMap(([valence, valenceSd, arousal, arousalSd, change], hop) => {
    const [startMs, endMs] = [hop * HOP_MS, (hop + 1) * HOP_MS];
    const affect = { valence, arousal, dominance: 0 };
    const sd = { valence: valenceSd, arousal: arousalSd };
    const shift = detector.push({ affect, sd, change, labels: hop, startMs, endMs });
    const truth = changes.findLast(([ms]) => ms < endMs && endMs - ms <= TOLD_WITHIN_MS);
    if (!shift || !truth) return [];
    const heard: (HeardUtterance & { readonly index: number })[] = utterances.filter((words) => words.endMs <= endMs);
    const moved = { valence: shift.to.valence - shift.from.valence, arousal: shift.to.arousal - shift.from.arousal };
    const { utterance, score } = linkCause({ sinceMs: shift.sinceMs, ...moved }, heard);
    const newest = heard.findLast((words) => words.startMs <= shift.sinceMs)?.index ?? -1;
    return [{ index: utterance?.index ?? -1, truth: truth[1], newest, score }];
  });
}

describe('causes of shifts in simulated calls', () => {
  const told = calls.flatMap(links);
  const share = (right: (link: Linked) => boolean, of = told): number => of.filter(right).length / of.length;

  it('are found more often than by naming none, or the last words before', () => {
    const right = share(({ index, truth }) => index === truth);
    expect(told.length).toBeGreaterThanOrEqual(30);
    expect(right).toBeGreaterThan(share(({ truth }) => truth === -1));
    expect(right).toBeGreaterThan(share(({ newest, truth }) => newest === truth));
  });

  it('are as sure as they are right', () => {
    const mean = told.reduce((sum, { score }) => sum + score, 0) / told.length;
    expect(Math.abs(mean - share(({ index, truth }) => index === truth))).toBeLessThan(0.2);
  });
});
