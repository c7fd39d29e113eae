/** From the durations that an event carries back to when each stage began and ended. */
import { LATENCY_STAGES, type Description } from '../../pipeline/index.ts';
import type { Delivered } from '../metrics/observer.ts';

type Stage = (typeof LATENCY_STAGES)[number];

/** A stretch of time on the process's clock, in microseconds. */
export interface StageSpan {
  readonly name: Stage | 'hop';
  readonly fromUs: number;
  readonly untilUs: number;
}

/** Stages of the hop's newest sample, which lie before the hop closed, in their order. */
const BEFORE: readonly Stage[] = ['tap', 'decode', 'sense', 'window'];
/** Stages after it closed. */
const AFTER: readonly Stage[] = ['encode', 'firstWord', 'decoded'];

/**
 * Lays the stages of one delivered description end to end around the moment its hop closed: those before it backwards,
 * those after it forwards, and `delivered` up to the acknowledgement. The first span is the whole.
 */
export function spansOf({ closedUs, sinceHopMs, deliveredMs, latencyMs }: Delivered): readonly StageSpan[] {
  const before = lay(BEFORE.toReversed(), latencyMs, closedUs, -1).toReversed();
  const after = lay(AFTER, latencyMs, closedUs, 1);
  const endUs = closedUs + sinceHopMs * 1000;
  const spans = [...before, ...after];
  spans.push({ name: 'delivered', fromUs: endUs - deliveredMs * 1000, untilUs: endUs });
  return [{ name: 'hop', fromUs: spans[0]?.fromUs ?? closedUs, untilUs: endUs }, ...spans];
}

function lay(
  stages: readonly Stage[],
  latencyMs: Description['latencyMs'],
  startUs: number,
  direction: 1 | -1,
): StageSpan[] {
  let atUs = startUs;
  return stages.flatMap((name) => {
    const tookMs = latencyMs[name];
    if (tookMs === undefined) return [];
    const nextUs = atUs + direction * tookMs * 1000;
    const span = { name, fromUs: Math.min(atUs, nextUs), untilUs: Math.max(atUs, nextUs) };
    atUs = nextUs;
    return [span];
  });
}
