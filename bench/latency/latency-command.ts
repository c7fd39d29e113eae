import { setTimeout as sleep } from 'node:timers/promises';
import { LATENCY_STAGES } from '../../pipeline/index.ts';
import { BenchError } from '../bench-error.ts';
import { type CueOptions, measureCues } from './cue-command.ts';
import { readOrigin } from '../origin.ts';
import { ProgressBar } from '../progress.ts';
import { Call, type CallOptions } from './call.ts';
import { warnOfFaceless } from './faceless.ts';
import { LatencyRecorder, type MeasuredSpan } from './latency-recorder.ts';
import type { LatencyReport } from './latency-report.ts';

/** The first affect event may have to wait for a face model's first run. */
const DESCRIBED_WITHIN_MS = 60_000;
/** Events of the span's last hops are still on their way when it ends. */
const TAIL_MS = 3000;
const LOOK_EVERY_MS = 200;

export interface LatencyOptions extends CallOptions {
  /** Afterwards, media in which the moment of every change is known; undefined: none. */
  readonly cues?: Omit<CueOptions, 'agentArgs' | 'signal'> | undefined;
  readonly seconds: number;
  readonly warmupSeconds: number;
}

/** Measures a real call over real time, and then, where asked for, changes at known moments. Throws {@link BenchError}. */
export async function measureLatency(options: LatencyOptions): Promise<LatencyReport> {
  const report = await measureCall(options);
  const { cues, agentArgs, signal } = options;
  if (cues === undefined) return report;
  const { cueToShift, shifts, played, histogram } = await measureCues({ ...cues, agentArgs, signal });
  const histograms = { ...report.results.histograms, cueToShift: histogram };
  return { ...report, results: { ...report.results, cueToShift, shifts, cuesPlayed: played, histograms } };
}

async function measureCall(options: LatencyOptions): Promise<LatencyReport> {
  const { seconds, warmupSeconds, participants, agentArgs } = options;
  const origin = await readOrigin();
  let span: MeasuredSpan | undefined;
  const recorder = new LatencyRecorder(() => span, LATENCY_STAGES);
  await using call = await Call.open(options, recorder);
  warnOfFaceless(call.played);
  await untilDescribed(call);
  await pass(warmupSeconds * 1000, 'warm-up', call);
  const fromMs = call.session.clock.roomMs(performance.now());
  span = { fromMs, toMs: fromMs + seconds * 1000 };
  const before = await call.cpu();
  await pass(seconds * 1000, 'measuring', call);
  const after = await call.cpu();
  await pass(TAIL_MS, 'last events', call);
  const figures = recorder.figures(call.session.clock.roomMs(performance.now()));
  if (figures.hops.received === 0)
    throw new BenchError('nothing-measured', `No event arrived in ${seconds} s. ${call.trouble}`);
  return {
    benchmark: 'latency',
    ...origin,
    config: { seconds, warmupSeconds, participants, played: call.played, pack: call.session.ready.pack, agentArgs },
    results: {
      ...figures,
      clockErrorMs: call.session.clock.errorMs,
      superseded: call.superseded,
      agentCores: cores(before.agent, after.agent, seconds),
      callerCores: cores(before.callers, after.callers, seconds),
    },
  };
}

async function untilDescribed(call: Call): Promise<void> {
  const endMs = performance.now() + DESCRIBED_WITHIN_MS;
  while (!call.allDescribed) {
    call.check();
    if (performance.now() > endMs) {
      throw new BenchError(
        'nothing-measured',
        `Not every caller was described within ${DESCRIBED_WITHIN_MS / 1000} s. ${call.trouble}`,
      );
    }
    await sleep(LOOK_EVERY_MS);
  }
}

async function pass(ms: number, label: string, call: Call): Promise<void> {
  const bar = new ProgressBar(label, ms);
  const startMs = performance.now();
  try {
    for (let passedMs = 0; passedMs < ms; passedMs = performance.now() - startMs) {
      call.check();
      bar.update(passedMs);
      await sleep(Math.min(LOOK_EVERY_MS, ms - passedMs));
    }
  } finally {
    bar.close();
  }
}

function cores(beforeMs: number | null, afterMs: number | null, seconds: number): number | null {
  return beforeMs === null || afterMs === null ? null : Math.round((afterMs - beforeMs) / (seconds * 10)) / 100;
}
