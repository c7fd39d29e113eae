import { BenchError } from '../bench-error.ts';
import { LoadCall, type Listener } from '../load/load-call.ts';
import { ProgressBar } from '../progress.ts';
import { CueRecorder, type CueFigures, onsetsBetween } from './cue-recorder.ts';
import { monotonicMs } from './monotonic.ts';

const DESCRIBED_WITHIN_MS = 30_000;
/** The agent must have come to know what is usual before a change means anything. */
const SETTLE_MS = 12_000;
/** Shifts of the span's last changes are still on their way when it ends. */
const TAIL_MS = 5000;

export interface CueOptions {
  /** A video or sound in which something changes at `onsetsMs`, or from one of its `scenes` to the next; undefined: a voice. */
  readonly media?: string | undefined;
  readonly onsetsMs?: readonly number[] | undefined;
  /** From and to, in ms: played in turns. */
  readonly scenes?: ReadonlyArray<readonly [number, number]> | undefined;
  readonly seconds: number;
  readonly agentArgs: readonly string[];
  readonly signal: AbortSignal;
}

/** What the changes were shown in, and what became of them. */
export type CueResult = CueFigures & { readonly played: string };

/** Replays media in which the moment of every change is known, and takes the time until the shift arrives. Throws {@link BenchError}. */
export async function measureCues(options: CueOptions): Promise<CueResult> {
  const { media, onsetsMs, scenes, seconds, agentArgs, signal } = options;
  if (media !== undefined && (onsetsMs === undefined) === (scenes === undefined))
    throw new BenchError(
      'used-wrongly',
      'Say with --cue-onsets at which seconds of the cue media something changes, or with --cue-scenes between which scenes of it to change.',
    );
  if (media === undefined && (onsetsMs ?? scenes) !== undefined)
    throw new BenchError('used-wrongly', 'Onsets and scenes are those of a file: give it with --cue-media.');
  const cues = media === undefined;
  await using call = await LoadCall.open({ media, scenes, cues, agentArgs, kinds: ['audio', 'video'], signal });
  const { mediaZeroMs } = await call.join();
  await call.untilDescribed(DESCRIBED_WITHIN_MS);
  await call.pass(SETTLE_MS);
  const fromMs = monotonicMs();
  const shown = { onsetsMs: onsetsMs ?? call.load.onsetsMs, lengthMs: call.load.lengthMs, zeroMs: mediaZeroMs };
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
