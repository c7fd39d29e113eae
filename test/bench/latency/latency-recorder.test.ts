import { describe, expect, it } from 'vitest';
import { Histogram } from '../../../bench/histogram.ts';
import { type Delivered, LatencyRecorder, type MeasuredSpan } from '../../../bench/latency/latency-recorder.ts';
import type { Description } from '../../../pipeline/index.ts';

const STAGES = ['encode', 'decoded', 'delivered'];

function recorder(span: MeasuredSpan | undefined = { fromMs: 0, toMs: 10_000 }): LatencyRecorder {
  return new LatencyRecorder(() => span, STAGES);
}

function state(endMs: number, participant = 'a'): { participant: string; startMs: number; endMs: number } {
  return { participant, startMs: endMs - 500, endMs };
}

function description(seq: number, endMs: number, abstained = false): Description {
  const estimate = { mean: 0, sd: 1 };
  return {
    type: 'affect.description',
    ...state(endMs),
    seq,
    room: 'r',
    pack: 'p@1',
    id: 'x',
    version: 1,
    text: 'appears calm',
    labels: [],
    valence: estimate,
    arousal: estimate,
    dominance: estimate,
    confidence: 0.5,
    evidence: [],
    abstained,
    latencyMs: { encode: 20, decoded: 30 },
  };
}

function delivered(seq: number, deliveredMs: number, sinceHopMs: number): Delivered {
  return { room: 'r', seq, deliveredMs, sinceHopMs };
}

describe('recording latency', () => {
  it('takes a state from its due time, the end of its hop', () => {
    const record = recorder();
    record.state(state(500), 540);
    record.state(state(1000), 1060);
    expect(record.figures().dueToState).toMatchObject({ n: 2, max: 60 });
  });

  it('lets a hop that was left out count until the next answer, so that a stall is not hidden', () => {
    const record = recorder();
    record.state(state(500), 510);
    // The hops that end at 1000, 1500 and 2000 are missing: they were due 1510, 1010 and 510 ms before this answer.
    record.state(state(2500), 2510);
    const { dueToState, hops } = record.figures();
    expect(hops).toEqual({ hopMs: 500, received: 2, missed: 3 });
    expect(dueToState).toMatchObject({ n: 5, max: 1510 });
    expect(dueToState?.mean).toBeCloseTo((10 + 1510 + 1010 + 510 + 10) / 5, 0);
  });

  it('counts hops that were never answered as left out, when the span is over', () => {
    const record = recorder({ fromMs: 0, toMs: 2100 });
    record.state(state(500), 510);
    // 1000, 1500 and 2000 were due; the next, 2500, is outside the span.
    expect(record.figures(5000)).toMatchObject({ hops: { received: 1, missed: 3 }, dueToState: { n: 4, max: 4000 } });
    expect(record.figures(6000).hops.missed).toBe(3);
  });

  it('takes a turn from the silence that decided it, and from the last sound before, less the lead of the media', () => {
    const record = recorder();
    record.state(state(500), 480);
    record.turn({ endMs: 680, decidedMs: 1000 }, 1040);
    record.turn({ endMs: 9900, decidedMs: 10_000 }, 10_100);
    const { turnToState, lastSoundToTurn, mediaLeadMs } = record.figures();
    expect(mediaLeadMs).toBe(20);
    expect(turnToState).toMatchObject({ n: 1, max: 60 });
    expect(lastSoundToTurn).toMatchObject({ n: 1, max: 380 });
    expect(recorder().figures().turnToState).toBeNull();
  });

  it('tells participants apart', () => {
    const record = recorder();
    record.state(state(500, 'a'), 510);
    record.state(state(1500, 'b'), 1510);
    record.state(state(1000, 'a'), 1010);
    expect(record.figures().hops).toMatchObject({ received: 3, missed: 0 });
  });

  it('takes the stages that descriptions tell, and delivery from the server once the client has acknowledged', () => {
    const record = recorder();
    record.description(description(7, 500), 560);
    record.delivered(delivered(7, 4, 55), 561);
    const figures = record.figures();
    expect(figures.stages).toMatchObject({ encode: { n: 1, max: 20 }, decoded: { max: 30 }, delivered: { max: 4 } });
    expect(figures.hopToDelivered).toMatchObject({ n: 1, max: 55 });
    expect(figures.dueToDescription).toMatchObject({ max: 60 });
  });

  it('counts descriptions that abstain, and those whose delivery was never told', () => {
    const record = recorder();
    record.description(description(1, 500, true), 560);
    record.description(description(2, 1000), 1060);
    record.delivered(delivered(2, 4, 55), 1061);
    record.delivered(delivered(99, 1, 1), 1062);
    expect(record.figures().descriptions).toEqual({ received: 2, abstained: 1, unacknowledged: 1 });
    expect(record.figures().hopToDelivered?.n).toBe(1);
  });

  it('leaves out what is due outside the measured span: warm-up and tail', () => {
    const record = recorder({ fromMs: 1000, toMs: 2000 });
    for (const endMs of [500, 1000, 1500, 2000]) {
      record.state(state(endMs), endMs + 10);
      record.description(description(endMs, endMs), endMs + 20);
      record.delivered(delivered(endMs, 1, 15), endMs + 21);
    }
    const figures = record.figures();
    expect(figures.hops.received).toBe(2);
    expect(figures.descriptions.received).toBe(2);
    expect(figures.hopToDelivered?.n).toBe(2);
    const early = new LatencyRecorder(() => undefined, STAGES);
    early.state(state(500), 510);
    expect(early.figures()).toMatchObject({ dueToState: null, hops: { received: 0 } });
  });

  it('takes due times from the earliest that a hop ever closed, where the media timeline runs ahead of arrival', () => {
    const record = recorder();
    // Closed at 480, 20 ms before its nominal end; the description came 30 ms after that.
    record.state(state(500), 485);
    record.description(description(1, 500), 510);
    record.delivered(delivered(1, 2, 32), 512);
    // This hop closed late: it was due at 980 as well.
    record.state(state(1000), 1045);
    const figures = record.figures();
    expect(figures.mediaLeadMs).toBe(20);
    expect(figures.dueToState).toMatchObject({ n: 2, max: 65 });
    expect(figures.dueToDescription).toMatchObject({ max: 30 });
  });

  it('keeps raw histograms for the report', () => {
    const record = recorder();
    record.state(state(500), 500.1);
    expect(Histogram.decode(record.figures().histograms['dueToState'] ?? '').summary()).toMatchObject({
      n: 1,
      max: 0.1,
    });
  });
});
