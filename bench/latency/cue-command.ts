import { BenchError } from '../bench-error.ts';
import { LoadCall, type Listener } from '../load/load-call.ts';
import { ProgressBar } from '../progress.ts';
import { CUE_ONSETS_MS } from './cue-clip.ts';
import { CueRecorder, type CueFigures, onsetsBetween } from './cue-recorder.ts';
import { monotonicMs } from './monotonic.ts';

const DESCRIBED_WITHIN_MS = 30_000;
/** The agent must have come to know what is usual before a change means anything. */
const SETTLE_MS = 12_000;
/** Shifts of the span's last changes are still on their way when it ends. */
const TAIL_MS = 5000;

export interface CueOptions {
  /** A video or sound in which something changes at `onsetsMs`; undefined: a made voice. */
  readonly media?: string | undefined;
  readonly onsetsMs?: readonly number[] | undefined;
  readonly seconds: number;
  readonly agentArgs: readonly string[];
  readonly signal: AbortSignal;
}

/** What the changes were shown in, and what became of them. */
export type CueResult = CueFigures & { readonly played: string };

/** Replays media in which the moment of every change is known, and takes the time until the shift arrives. Throws {@link BenchError}. */
export async function measureCues({ media, onsetsMs, seconds, agentArgs, signal }: CueOptions): Promise<CueResult> {
  if (media !== undefined && onsetsMs === undefined)
    throw new BenchError('used-wrongly', 'Say with --cue-onsets at which seconds of the cue media something changes.');
  const cues = media === undefined;
  await using call = await LoadCall.open({ media, cues, agentArgs, kinds: ['audio', 'video'], signal });
  const { mediaZeroMs } = await call.join();
  await call.untilDescribed(DESCRIBED_WITHIN_MS);
  await call.pass(SETTLE_MS);
  const fromMs = monotonicMs();
  const shown = { onsetsMs: onsetsMs ?? CUE_ONSETS_MS, lengthMs: call.load.lengthMs, zeroMs: mediaZeroMs };
  const recorder = new CueRecorder(onsetsBetween(shown, fromMs, fromMs + seconds * 1000));
  call.listener = { ...DEAF, shift: (_event, receivedMs) => recorder.shift(receivedMs) };
  const bar = new ProgressBar('cues', seconds * 1000);
  try {
    await call.pass(seconds * 1000 + TAIL_MS, (passedMs) => bar.update(passedMs));
  } finally {
    bar.close();
  }
  return { ...recorder.figures(), played: call.load.title };
}

const DEAF: Listener = { description() {}, delivered() {}, state() {}, signal() {} };
