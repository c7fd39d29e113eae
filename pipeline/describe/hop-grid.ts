/** All participants of a worker on one hop grid: one run for everybody, then one decoding for those who speak. */
import type { AffectModel, HopResult, ParticipantMemory, SpeakUpdate } from '../../models/index.ts';
import type { Description, UnstampedEvent } from '../events.ts';
import { Describer, type DescriberOptions } from './describer.ts';
import type { DescribableHop } from './hop-input.ts';

/** What of the model the grid uses. */
export type DescribingModel = Pick<AffectModel, 'pack' | 'createMemory' | 'hop' | 'speak'>;

export interface GridHop {
  readonly participantId: string;
  readonly hop: DescribableHop;
}

/** Words of a description that is still being decoded. */
export interface Words {
  readonly participantId: string;
  readonly text: string;
  readonly delta: string;
}

export interface HopGridOptions {
  readonly model: DescribingModel;
  /** States of a hop first, then its descriptions as each is complete. */
  readonly onEvent: (event: UnstampedEvent) => void;
  readonly onWords?: (words: Words) => void;
  /** Milliseconds on the clock of the hops' marks. */
  readonly now?: () => number;
  /** Ends decoding between two chunks. */
  readonly signal?: AbortSignal;
}

interface Member {
  readonly describer: Describer;
  readonly memory: ParticipantMemory;
  /** Place in the batch: order of arrival, so that the batch, and with it the state tensors, stay as they are. */
  readonly place: number;
}

interface Turn {
  readonly member: Member;
  readonly hop: DescribableHop;
}

interface Speaking extends Turn {
  readonly heads: HopResult;
  firstWordMs?: number;
}

export class HopGrid {
  readonly #model: DescribingModel;
  readonly #options: HopGridOptions;
  readonly #now: () => number;
  readonly #members = new Map<string, Member>();
  #places = 0;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(options: HopGridOptions) {
    this.#model = options.model;
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Begins a participant with an empty memory. One who is there already begins anew. */
  join(participantId: string, options: Pick<DescriberOptions, 'originUs' | 'gate'> = {}): void {
    this.leave(participantId);
    const describer = new Describer({ ...options, participantId, pack: this.#model.pack });
    this.#members.set(participantId, { describer, memory: this.#model.createMemory(), place: this.#places });
    this.#places += 1;
  }

  /** Forgets a participant at once: memory wiped, nothing more is said, not even of a hop under way. Idempotent. */
  leave(participantId: string): void {
    this.#members.get(participantId)?.memory.close();
    this.#members.delete(participantId);
  }

  /**
   * Takes hops, at best all of one grid point; several of one participant are taken in order. Hops of those who have
   * not joined are ignored (they left). Resolves when all that is to be said of them is said; calls queue up.
   * Rejects with a `ModelError` when the model fails.
   */
  process(hops: readonly GridHop[]): Promise<void> {
    const done = this.#tail.then(() => this.#processAll(hops));
    this.#tail = done.catch(() => undefined);
    return done;
  }

  /** Waits for what is under way and forgets everybody. The model stays its owner's. Idempotent. */
  async close(): Promise<void> {
    for (const participantId of this.#members.keys()) this.leave(participantId);
    await this.#tail;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #processAll(hops: readonly GridHop[]): Promise<void> {
    for (let rest = hops; rest.length > 0;) {
      const round = new Map<string, GridHop>();
      const later: GridHop[] = [];
      for (const entry of rest) {
        if (round.has(entry.participantId)) later.push(entry);
        else round.set(entry.participantId, entry);
      }
      await this.#round([...round.values()]);
      rest = later;
    }
  }

  async #round(hops: readonly GridHop[]): Promise<void> {
    const turns: Turn[] = [];
    for (const { participantId, hop } of hops) {
      const member = this.#members.get(participantId);
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
        said: describer.said,
      })),
    );
    const encodedMs = this.#now();
    const speaking: Speaking[] = [];
    for (const [i, turn] of turns.entries()) {
      if (turn.member.memory.closed) continue;
      const { state, speak } = turn.member.describer.push(turn.hop, results[i]);
      if (speak) speaking.push({ ...turn, heads: results[i] });
      this.#options.onEvent(state);
    }
    // An event's listener may have made somebody leave.
    await this.#speak(
      speaking.filter(({ member }) => !member.memory.closed),
      encodedMs,
    );
  }

  async #speak(speaking: readonly Speaking[], encodedMs: number): Promise<void> {
    if (speaking.length === 0) return;
    const { signal } = this.#options;
    const items = speaking.map(({ member: { memory, describer }, heads }) => ({
      memory,
      said: describer.said,
      cues: heads.cues,
    }));
    for await (const updates of this.#model.speak(items, signal === undefined ? {} : { signal })) {
      const nowMs = this.#now();
      for (const update of updates) this.#hear(speaking[update.item], update, encodedMs, nowMs);
    }
  }

  #hear(speaking: Speaking, update: SpeakUpdate, encodedMs: number, nowMs: number): void {
    const { describer, memory } = speaking.member;
    if (memory.closed) return;
    if (update.delta !== '') {
      speaking.firstWordMs ??= nowMs;
      this.#options.onWords?.({ participantId: describer.participantId, text: update.text, delta: update.delta });
    }
    if (!update.done) return;
    const event = describer.describe(update, latency(speaking, encodedMs, nowMs));
    if (event !== undefined) this.#options.onEvent(event);
  }
}

/**
 * Milliseconds that each stage took, so that they add up. `window`: newest sample sensed -> hop closed (waiting for
 * the hop to end); `encode`: hop closed -> heads ready (waiting for the batch included); `firstWord`: heads ready ->
 * first words; `decoded`: first words -> text complete.
 */
function latency({ hop, firstWordMs }: Speaking, encodedMs: number, doneMs: number): Description['latencyMs'] {
  const firstMs = firstWordMs ?? doneMs;
  const stages: Description['latencyMs'] = { ...hop.earlier };
  if (hop.sensedMs !== undefined) stages.window = Math.max(0, hop.closedMs - hop.sensedMs);
  stages.encode = Math.max(0, encodedMs - hop.closedMs);
  stages.firstWord = firstMs - encodedMs;
  stages.decoded = doneMs - firstMs;
  return stages;
}
