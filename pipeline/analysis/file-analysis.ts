/** The pipeline over a media file: the same stages as live, paced by the media's own time instead of the clock's. */
import { FaceNets, prepareFaceModels } from '../../models/index.ts';
import { HopGrid } from '../describe/hop-grid.ts';
import type { UnstampedEvent } from '../events.ts';
import { type MediaFile, openMediaFile } from '../media-file/media-file.ts';
import type { Hop } from '../window/hop.ts';
import { HopCutter } from '../window/hop-cutter.ts';
import { type AnalysisModelOptions, AnalysisModels } from './analysis-models.ts';
import { describable } from './describable.ts';
import { Senses } from './senses.ts';
import { signalEvent } from './signal-board.ts';

/** A voice segment is complete this long after its last sample at the latest. */
const VOICE_LAG_US = 200_000;

export interface AnalyzeFileOptions extends AnalysisModelOptions {
  /** The id in the events; default `file`. */
  readonly participant?: string;
  /** Yield `affect.state` for every hop too. */
  readonly everyHop?: boolean;
  readonly signal?: AbortSignal;
  /** Share of the file that is done, 0..1. */
  onProgress?(share: number): void;
  /** What is wrong with the file without ending its analysis, for people. */
  onWarning?(message: string): void;
}

/**
 * Yields the events of a file in order; times are milliseconds of media time. Blocks its thread while it infers.
 * @throws MediaFileError when the file cannot be read, ModelError when the pack cannot be run
 */
export async function* analyzeFile(path: string, options: AnalyzeFileOptions): AsyncGenerator<UnstampedEvent> {
  await using file = await openMediaFile(path);
  await using models = await AnalysisModels.open(options);
  await using analysis = new FileAnalysis(models, options);
  for await (const hops of hopsOf(file, analysis.senses, options)) {
    yield* await analysis.describe(hops);
    options.onProgress?.(file.progress);
  }
  for (const warning of file.warnings) options.onWarning?.(warning.message);
}

/**
 * Yields what the senses measure in a file, hop by hop, as a model would be given it. No model is asked.
 * @throws MediaFileError when the file cannot be read, FaceModelError when the face nets cannot be converted
 */
export async function* measureFile(path: string, options: MeasureFileOptions = {}): AsyncGenerator<Hop> {
  await using file = await openMediaFile(path);
  const nets = await FaceNets.open(await prepareFaceModels());
  const senses = new Senses(nets, () => undefined);
  try {
    for await (const hops of hopsOf(file, senses, options)) yield* hops;
  } finally {
    senses.close();
    await nets.close();
  }
}

export interface MeasureFileOptions {
  readonly signal?: AbortSignal;
}

/** The hops that each frame of a file completes, and at last those that its end does. */
async function* hopsOf(
  file: MediaFile,
  senses: Senses,
  { signal }: { readonly signal?: AbortSignal | undefined },
): AsyncGenerator<readonly Hop[]> {
  const cutter = new HopCutter({ mode: 'offline' });
  for await (const item of file.frames(signal)) {
    const samples = item.kind === 'audio' ? senses.hear(item.frame) : [await senses.see(item.frame)];
    for (const sample of samples) if (sample) cutter.push(sample);
    // What is still to come was captured later than this; a voice segment lags by its own length and its filters.
    yield cutter.advance(item.frame.captureUs - VOICE_LAG_US);
  }
  yield cutter.flush();
}

/** Hops of one file in, events out. */
class FileAnalysis {
  readonly senses: Senses;
  readonly #key: string;
  readonly #grid: HopGrid<string>;
  #events: UnstampedEvent[] = [];

  constructor({ model, nets }: AnalysisModels, { participant = 'file', everyHop, signal }: AnalyzeFileOptions) {
    this.#key = participant;
    const origin = { participant, pack: model.pack.id, originUs: 0 };
    this.senses = new Senses(nets, (change) => this.#events.push(signalEvent(change, origin)));
    this.#grid = new HopGrid<string>({
      model,
      onEvent: (event) => {
        if (everyHop || event.type !== 'affect.state') this.#events.push(event);
      },
      ...(signal && { signal }),
    });
    this.#grid.join(participant, { participantId: participant });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.senses.close();
    await this.#grid.close();
  }

  async describe(hops: readonly Hop[]): Promise<UnstampedEvent[]> {
    if (hops.length > 0) await this.#grid.process(hops.map((hop) => ({ key: this.#key, hop: describable(hop) })));
    return this.#events.splice(0);
  }
}
