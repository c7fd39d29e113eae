/** All participants of a worker on one hop grid: one run for everybody, then one decoding for those who speak. */
import type { AffectModel, HopResult, ParticipantMemory, SpeakUpdate } from '../../models/index.ts';
import { type Description, LATENCY_STAGES, type UnstampedEvent } from '../events.ts';
import { Describer, type DescriberOptions } from './describer.ts';
import type { DescribableHop } from './hop-input.ts';
import type { PackFacts } from './numbers.ts';

/** What of the model the grid uses. */
export type DescribingModel = Pick<AffectModel, 'createMemory' | 'hop' | 'speak'> & { readonly pack: PackFacts };

/** `K`: what the caller tells participants apart by (two rooms may hold the same participant id). */
export interface GridHop<K> {
  readonly key: K;
  readonly hop: DescribableHop;
}

/** Words of a description that is still being decoded. */
export interface Words {
  readonly text: string;
  readonly delta: string;
}

export interface HopGridOptions<K> {
  readonly model: DescribingModel;
  /** States of a hop first, then its descriptions as each is complete. */
  readonly onEvent: (event: UnstampedEvent, key: K, hop: DescribableHop) => void;
  readonly onWords?: (words: Words, key: K) => void;
  /** Milliseconds on the clock of the hops' marks. */
  readonly now?: () => number;
  /** Ends decoding between two chunks. */
  readonly signal?: AbortSignal;
}

interface Member<K> {
  readonly key: K;
  readonly describer: Describer;
  readonly memory: ParticipantMemory;
  /** Place in the batch: order of arrival, so that the batch, and with it the state tensors, stay as they are. */
  readonly place: number;
}

interface Turn<K> {
  readonly member: Member<K>;
  readonly hop: DescribableHop;
}

interface Speaking<K> extends Turn<K> {
  readonly heads: HopResult;
  firstWordMs?: number;
}

export class HopGrid<K> {
  readonly #model: DescribingModel;
  readonly #options: HopGridOptions<K>;
  readonly #now: () => number;
  readonly #members = new Map<K, Member<K>>();
  #places = 0;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(options: HopGridOptions<K>) {
    this.#model = options.model;
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Begins a participant with an empty memory. One who is there already begins anew. */
  join(key: K, options: Omit<DescriberOptions, 'pack'>): void {
    this.leave(key);
    const describer = new Describer({ ...options, pack: this.#model.pack });
    this.#members.set(key, {
      key,
      describer,
      memory: this.#model.createMemory(),
      place: this.#places,
    });
    this.#places += 1;
  }

  /** Forgets a participant at once: memory wiped, nothing more is said, not even of a hop under way. Idempotent. */
  leave(key: K): void {
    this.#members.get(key)?.memory.close();
    this.#members.delete(key);
  }

  /**
   * Takes hops, at best all of one grid point; several of one participant are taken in order. Hops of those who have
   * not joined are ignored (they left). Resolves when all that is to be said of them is said; calls queue up.
   * Rejects with a `ModelError` when the model fails.
   */
  process(hops: readonly GridHop<K>[]): Promise<void> {
    const done = this.#tail.then(() => this.#processAll(hops));
    this.#tail = done.catch(() => undefined);
    return done;
  }

  /** Waits for what is under way and forgets everybody. The model stays its owner's. Idempotent. */
  async close(): Promise<void> {
    for (const key of this.#members.keys()) this.leave(key);
    await this.#tail;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #processAll(hops: readonly GridHop<K>[]): Promise<void> {
    for (let rest = hops; rest.length > 0;) {
      const round = new Map<K, GridHop<K>>();
      const later: GridHop<K>[] = [];
      for (const entry of rest) {
        if (round.has(entry.key)) later.push(entry);
        else round.set(entry.key, entry);
      }
      await this.#round([...round.values()]);
      rest = later;
    }
  }

  async #round(hops: readonly GridHop<K>[]): Promise<void> {
    const turns: Turn<K>[] = [];
    for (const { key, hop } of hops) {
      const member = this.#members.get(key);
      if (member !== undefined) turns.push({ member, hop });
    }
    if (turns.length === 0) return;
    turns.sort((a, b) => a.member.place - b.member.place);
    const results = await this.#model.hop(
      turns.map(({ member: { memory, describer }, hop: { face, voice, caption } }) => ({
        memory,
        face,
        voice,
        caption,
        said: describer.begin(),
      })),
    );
    const encodedMs = this.#now();
    const speaking: Speaking<K>[] = [];
    for (const [i, turn] of turns.entries()) {
      if (turn.member.memory.closed) continue;
      const { state, speak } = turn.member.describer.push(turn.hop, results[i]);
      if (speak) speaking.push({ ...turn, heads: results[i] });
      this.#options.onEvent(state, turn.member.key, turn.hop);
    }
    // An event's listener may have made somebody leave.
    await this.#speak(
      speaking.filter(({ member }) => !member.memory.closed),
      encodedMs,
    );
  }

  async #speak(speaking: readonly Speaking<K>[], encodedMs: number): Promise<void> {
    if (speaking.length === 0) return;
    const { signal } = this.#options;
    const items = speaking.map(({ member: { memory, describer }, heads }) => ({
      memory,
      said: describer.said,
      cues: heads.cues,
      vad: heads.vad,
      abstain: describer.abstaining,
    }));
    for await (const updates of this.#model.speak(items, signal === undefined ? {} : { signal })) {
      const nowMs = this.#now();
      for (const update of updates) this.#hear(speaking[update.item], update, encodedMs, nowMs);
    }
  }

  #hear(speaking: Speaking<K>, update: SpeakUpdate, encodedMs: number, nowMs: number): void {
    const { describer, memory, key } = speaking.member;
    if (memory.closed) return;
    if (update.delta !== '') {
      speaking.firstWordMs ??= nowMs;
      this.#options.onWords?.({ text: update.text, delta: update.delta }, key);
    }
    if (!update.done) return;
    const event = describer.describe(update, latency(speaking, encodedMs, nowMs));
    if (event !== undefined) this.#options.onEvent(event, key, speaking.hop);
  }
}

/**
 * Milliseconds that each stage took, so that they add up. `window`: newest sample sensed -> hop closed (waiting for
 * the hop to end); `encode`: hop closed -> heads ready (waiting for the batch included); `firstWord`: heads ready ->
 * first words; `decoded`: first words -> text complete.
 */
function latency(
  { hop, firstWordMs }: Pick<Speaking<unknown>, 'hop' | 'firstWordMs'>,
  encodedMs: number,
  doneMs: number,
): Description['latencyMs'] {
  const firstMs = firstWordMs ?? doneMs;
  const stages: Description['latencyMs'] = { ...hop.earlier };
  if (hop.sensedMs !== undefined) stages.window = Math.max(0, hop.closedMs - hop.sensedMs);
  stages.encode = Math.max(0, encodedMs - hop.closedMs);
  stages.firstWord = firstMs - encodedMs;
  stages.decoded = doneMs - firstMs;
  for (const stage of LATENCY_STAGES) {
    const ms = stages[stage];
    if (ms !== undefined) stages[stage] = Math.round(ms * 100) / 100;
  }
  return stages;
}
