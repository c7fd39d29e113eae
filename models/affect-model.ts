/** The affect model at work: one batched run per hop, then batched decoding for those who speak. */
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { join } from 'node:path';
import { type Pack, loadPack } from './pack.ts';
import { type ProviderRefusal, chooseProvider } from './providers.ts';
import { ModelError } from './runtime/errors.ts';
import { HopInputs, type HopItem } from './runtime/hop-inputs.ts';
import { GatherSpace, ParticipantMemory, gather } from './runtime/memory.ts';
import { type Sessions, openSessions } from './runtime/session.ts';
import { type SpeakItem, type SpeakOptions, type SpeakUpdate, speak } from './runtime/speaker.ts';
import { rowOf } from './runtime/tensors.ts';
import { type WordDecoder, loadTokenizer } from './tokenizer.ts';

export interface AffectModelOptions {
  readonly packDir: string;
  /** Execution providers in the order to try them. */
  readonly providers?: readonly string[];
  /** Threads of one run; 1 by default (one session a core carries more than one session over all cores). */
  readonly threads?: number;
}

/** What the heads read from one participant's memory after a hop. Views into the run's outputs: read-only. */
export interface HopResult {
  /** Valence, arousal, dominance, each -1..1. */
  readonly vad: Float32Array;
  /** Their standard deviations. */
  readonly vadSd: Float32Array;
  /** Probability per label of the pack. */
  readonly labels: Float32Array;
  /** Probability per cue of the pack. */
  readonly cues: Float32Array;
  /** 0..1 per cue. */
  readonly cueStrength: Float32Array;
  /** Face, voice, caption; 0..1. */
  readonly reliability: Float32Array;
  /** 0..1. */
  readonly confidence: number;
  /** How far this hop departs from before, 0..1. */
  readonly change: number;
  /** Probability that there is nothing (new) to say. */
  readonly silent: number;
}

const HEADS = [
  'vad',
  'vad_sd',
  'labels',
  'cues',
  'cue_strength',
  'reliability',
  'confidence',
  'change',
  'p_silent',
] as const;

/**
 * Sessions, tokenizer and memories of one pack. `run()` of onnxruntime blocks its thread: live in a worker thread.
 * Calls may overlap; runs go one after the other.
 */
export class AffectModel {
  readonly pack: Pack;
  readonly provider: string;
  readonly variant: string;
  /** Providers that were tried first, and why each fell away. */
  readonly refused: readonly ProviderRefusal[];
  readonly #sessions: Sessions;
  readonly #decoder: WordDecoder;
  readonly #hopFetches: readonly string[];
  readonly #space = new GatherSpace();
  #inputs: HopInputs | undefined;
  #tail: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  private constructor(pack: Pack, sessions: Sessions, decoder: WordDecoder, refused: readonly ProviderRefusal[]) {
    this.pack = pack;
    this.provider = sessions.provider;
    this.variant = sessions.variant;
    this.refused = refused;
    this.#sessions = sessions;
    this.#decoder = decoder;
    this.#hopFetches = [...HEADS, ...pack.state.map(({ name }) => `next_${name}`)];
  }

  /**
   * Loads and verifies the pack, picks the first provider that survives a real hop. Throws {@link ModelError}:
   * `pack-*` when the pack is refused, `no-provider` when nothing can run it.
   */
  static async open({ packDir, providers = ['cpu'], threads = 1 }: AffectModelOptions): Promise<AffectModel> {
    const pack = await loadPack(packDir);
    const decoder = await loadTokenizer(join(packDir, pack.manifest.tokenizer));
    const { value, refused } = await chooseProvider(providers, async (provider) => {
      const model = new AffectModel(pack, await openSessions(pack, provider, threads), decoder, []);
      try {
        await model.#warmUp();
      } catch (error) {
        await model.close();
        throw error;
      }
      return model.#sessions;
    });
    return new AffectModel(pack, value, decoder, refused);
  }

  /** A fresh memory for a participant; its owner closes it. */
  createMemory(): ParticipantMemory {
    return new ParticipantMemory();
  }

  /**
   * Appends one hop to the memory of everybody in it and evaluates the heads: one run for all. The state stays where
   * the graph put it while the same memories come in the same order, and is copied row by row when they do not.
   * Throws {@link ModelError} `closed`, `bad-input`, `run-failed`; memories are then as they were.
   * A memory closed while its run waits or works is wiped; its result is of nobody.
   */
  async hop(items: readonly HopItem[]): Promise<HopResult[]> {
    for (const { memory } of items) checkOpen(memory);
    if (new Set(items.map(({ memory }) => memory)).size < items.length) {
      throw new ModelError('bad-input', 'A memory appears twice in one hop. Give every participant its own.');
    }
    return this.#exclusive(() => this.#hop(items));
  }

  /**
   * Puts into words what the memories hold now, chunk by chunk. The memories are taken at the call: hops may go on.
   * Throws {@link ModelError} `closed`, `bad-input`, `run-failed`, or the reason of an aborted signal.
   */
  speak(items: readonly SpeakItem[], options?: SpeakOptions): AsyncGenerator<SpeakUpdate[], void, void> {
    for (const { memory, said, cues } of items) {
      checkOpen(memory);
      if (memory.count === 0)
        throw new ModelError('bad-input', 'A memory without a hop has nothing to say. Run a hop first.');
      if (said.length !== this.pack.manifest.saidSize || cues.length !== this.pack.manifest.cues.length) {
        throw new ModelError(
          'bad-input',
          `speak takes said[${this.pack.manifest.saidSize}] and cues[${this.pack.manifest.cues.length}].`,
        );
      }
    }
    const run = (session: InferenceSession, feeds: Record<string, Tensor>) =>
      this.#exclusive(() => this.#run(session, feeds));
    return speak({ pack: this.pack, session: this.#sessions.speak, decoder: this.#decoder, run }, items, options);
  }

  /**
   * Answers a task of the pack about what a memory holds now: {@link AffectModel.speak} to its end, for one.
   * Throws as it does, and `bad-input` when the pack does not know the task.
   */
  async ask(item: SpeakItem, options?: SpeakOptions): Promise<SpeakUpdate> {
    let last: SpeakUpdate | undefined;
    for await (const updates of this.speak([item], options)) last = updates.at(-1) ?? last;
    if (last === undefined)
      throw new ModelError('closed', 'This memory was closed with its participant before it could be asked about.');
    return last;
  }

  /** Waits for the runs under way (none can be cancelled), then lets the sessions go. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#release(this.#tail);
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #release(lastRun: Promise<unknown>): Promise<void> {
    await lastRun;
    await this.#sessions.hop.release();
    await this.#sessions.speak.release();
  }

  async #hop(items: readonly HopItem[]): Promise<HopResult[]> {
    if (items.length === 0) return [];
    const memories = items.map(({ memory }) => memory);
    if (this.#inputs?.rows !== items.length) this.#inputs = new HopInputs(items.length, this.pack.manifest.saidSize);
    this.#inputs.fill(items);
    const feeds = { ...this.#inputs.tensors, ...gather(this.pack.state, memories, this.#space) };
    const out = await this.#run(this.#sessions.hop, feeds, this.#hopFetches).finally(() => this.#space.wipe());
    const tensors: Record<string, Tensor> = {};
    for (const { name } of this.pack.state) tensors[name] = out[`next_${name}`];
    const batch = { rows: items.length, tensors };
    for (const [row, memory] of memories.entries()) memory.advance(batch, row);
    return readHeads(out, items.length);
  }

  async #run(
    session: InferenceSession,
    feeds: Record<string, Tensor>,
    fetches: readonly string[] = session.outputNames,
  ): Promise<InferenceSession.OnnxValueMapType> {
    try {
      return await session.run(feeds, fetches);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new ModelError(
        'run-failed',
        `${this.pack.id} failed to run on ${this.provider}: ${why}. Run "undertone doctor".`,
        cause,
      );
    }
  }

  /** A hop and a token of nobody: proves the provider, and makes the first real hop as fast as the others. */
  async #warmUp(): Promise<void> {
    const { manifest } = this.pack;
    const item = { memory: this.createMemory(), said: new Float32Array(manifest.saidSize) };
    const [heads] = await this.hop([item]);
    if (
      heads?.vad.length !== 3 ||
      heads.labels.length !== manifest.labels.length ||
      heads.cues.length !== manifest.cues.length
    ) {
      throw new ModelError(
        'pack-mismatch',
        `${this.pack.dir}: the heads of its graph do not match its pack.json. Export the pack again.`,
      );
    }
    for await (const _ of this.speak([{ ...item, ...heads }], { maxTokens: 2 }));
  }

  #exclusive<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closing !== undefined) {
      return Promise.reject(new ModelError('closed', `The model ${this.pack.id} is closed. Open it again to run it.`));
    }
    const result = this.#tail.then(work);
    this.#tail = result.catch(() => undefined);
    return result;
  }
}

function checkOpen(memory: ParticipantMemory): void {
  if (memory.closed)
    throw new ModelError('closed', 'This memory was closed with its participant. Create another for a new one.');
}

function readHeads(out: InferenceSession.OnnxValueMapType, rows: number): HopResult[] {
  const view = (name: (typeof HEADS)[number], row: number): Float32Array => rowOf(out[name], row, rows);
  const scalar = (name: (typeof HEADS)[number], row: number): number => view(name, row)[0] ?? Number.NaN;
  return Array.from({ length: rows }, (_, row) => ({
    vad: view('vad', row),
    vadSd: view('vad_sd', row),
    labels: view('labels', row),
    cues: view('cues', row),
    cueStrength: view('cue_strength', row),
    reliability: view('reliability', row),
    confidence: scalar('confidence', row),
    change: scalar('change', row),
    silent: scalar('p_silent', row),
  }));
}
