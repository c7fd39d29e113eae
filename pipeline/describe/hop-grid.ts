/** All participants of a worker on one hop grid: one run for everybody, then one decoding for those who speak. */
import type { AffectModel, HopResult, ParticipantMemory, SpeakUpdate } from '../../models/index.ts';
import { type Description, LATENCY_STAGES, type Task, type UnstampedEvent } from '../events.ts';
import type { Caption } from '../types.ts';
import {
  canAnswer,
  NOTHING_KNOWN,
  type Question,
  type Reply,
  replyOverCall,
  replyOverWindow,
  unsupported,
} from './asking.ts';
import type { PackFacts } from './numbers.ts';
import { affectOf, Course } from './course.ts';
import { type Described, Describer, type DescriberOptions } from './describer.ts';
import type { DescribableHop, DescribableTurn } from './hop-input.ts';
import { peek } from './peek.ts';

/** What of the model the grid uses. */
export type DescribingModel = Pick<AffectModel, 'createMemory' | 'hop' | 'speak' | 'ask'> & {
  readonly pack: PackFacts;
};

/** `K`: what the caller tells participants apart by (two rooms may hold the same participant id). */
export interface GridHop<K> {
  readonly key: K;
  readonly hop: DescribableHop;
}

export interface HopGridOptions<K> {
  readonly model: DescribingModel;
  /** States of a hop and shifts first, then its descriptions as each is complete. */
  readonly onEvent: (event: UnstampedEvent, key: K, hop: DescribableHop) => void;
  /** Tell the words of a description as they are found (`affect.delta`). */
  readonly deltas?: boolean;
  /** Milliseconds on the clock of the hops' marks. */
  readonly now?: () => number;
  /** Ends decoding between two chunks. */
  readonly signal?: AbortSignal;
}

interface Member<K> {
  readonly key: K;
  readonly describer: Describer;
  readonly course: Course;
  readonly originUs: number;
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
  /** Settles when the hops queued last are in the memories and read; what they say may still be decoded. */
  #read: Promise<unknown> = Promise.resolve();

  constructor(options: HopGridOptions<K>) {
    this.#model = options.model;
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Begins a participant with an empty memory. One who is there already begins anew. */
  join(key: K, options: Omit<DescriberOptions, 'pack'>): void {
    this.leave(key);
    const { pack } = this.#model;
    const { participantId, originUs = 0 } = options;
    this.#members.set(key, {
      key,
      describer: new Describer({ ...options, pack }),
      course: new Course({ participantId, pack, originUs }),
      originUs,
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
    let isRead = (): void => undefined;
    this.#read = new Promise<void>((resolve) => (isRead = resolve));
    return this.#queue(() => this.#processAll(hops, isRead)).finally(isRead);
  }

  /** Takes an utterance that a participant said or heard; `speaker` is a participant id. @returns its number mod 8 */
  hear(key: K, caption: Caption, speaker: string): number {
    return this.#members.get(key)?.course.hear(caption, speaker) ?? 0;
  }

  /** Drops what a participant heard from somebody who withdrew. */
  unhear(key: K, speaker: string): void {
    this.#members.get(key)?.course.forget(speaker);
  }

  /**
   * A participant stopped speaking: tells their state at once, read from the hops that are still open. The memory stays as it
   * is; the same hops are to come again when they are whole. Waits for the hops before it, not for what they say.
   */
  turn(key: K, turn: DescribableTurn): Promise<void> {
    const told = this.#read.then(() => this.#turn(key, turn));
    const settled = told.catch(() => undefined);
    // What comes later waits for it, as closing does.
    this.#tail = Promise.all([this.#tail, settled]);
    return told;
  }

  /** Answers a question about a participant. Rejects with a `ModelError` when the model fails. */
  ask(key: K, question: Question): Promise<Reply> {
    return this.#queue(() => this.#answer(key, question));
  }

  /** Waits for what is under way and forgets everybody. The model stays its owner's. Idempotent. */
  async close(): Promise<void> {
    for (const key of this.#members.keys()) this.leave(key);
    await this.#tail;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #queue<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#tail.then(work);
    this.#tail = done.catch(() => undefined);
    return done;
  }

  async #processAll(hops: readonly GridHop<K>[], isRead: () => void): Promise<void> {
    for (let rest = hops; rest.length > 0;) {
      const round = new Map<K, GridHop<K>>();
      const later: GridHop<K>[] = [];
      for (const entry of rest) {
        if (round.has(entry.key)) later.push(entry);
        else round.set(entry.key, entry);
      }
      const spoken = await this.#round([...round.values()]);
      if (later.length === 0) isRead();
      await spoken();
      rest = later;
    }
  }

  /** Takes a hop of each. @returns what puts into words those who have something to say */
  async #round(hops: readonly GridHop<K>[]): Promise<() => Promise<void>> {
    const turns: Turn<K>[] = [];
    for (const { key, hop } of hops) {
      const member = this.#members.get(key);
      if (member !== undefined) turns.push({ member, hop });
    }
    if (turns.length === 0) return async () => undefined;
    turns.sort((a, b) => a.member.place - b.member.place);
    const [awake, rested] = split(turns);
    // They were queued behind the hop that stands for them, and are told before the model blocks the thread.
    for (const turn of rested) this.#rest(turn);
    if (awake.length === 0) return async () => undefined;
    const results = await this.#model.hop(
      awake.map(({ member: { memory, describer }, hop: { face, voice, caption } }) => ({
        memory,
        face,
        voice,
        caption,
        said: describer.begin(),
      })),
    );
    const encodedMs = this.#now();
    const speaking: Speaking<K>[] = [];
    for (const [i, turn] of awake.entries()) {
      if (turn.member.memory.closed) continue;
      const { speak, holds } = this.#tell(turn, results[i]);
      if (speak) speaking.push({ ...turn, heads: results[i] });
      if (holds) this.#confirm(turn, encodedMs);
    }
    // An event's listener may have made somebody leave.
    return () =>
      this.#speak(
        speaking.filter(({ member }) => !member.memory.closed),
        encodedMs,
      );
  }

  /** Tells what one hop shows. @returns whether to put it into words, or to say that the last ones hold */
  #tell(turn: Turn<K>, heads: HopResult): Pick<Described, 'speak' | 'holds'> {
    const { member, hop } = turn;
    const { onEvent } = this.#options;
    const { describer, course, key } = member;
    const { state, retraction, abstaining, begun, speak, holds } = describer.push(hop, heads);
    const shift = course.push(state, heads, begun, abstaining);
    if (hop.rest !== 'stands') onEvent(state, key, hop);
    if (retraction) onEvent(retraction, key, hop);
    if (shift) onEvent(course.shift(shift), key, hop);
    return { speak, holds };
  }

  #confirm({ member: { describer, key, memory }, hop }: Turn<K>, encodedMs: number): void {
    // A listener of the state may have made them leave.
    const event = memory.closed ? undefined : describer.confirm(latency({ hop }, encodedMs));
    if (event !== undefined) this.#options.onEvent(event, key, hop);
  }

  /**
   * Takes a hop in which nothing happened: time goes on, for what was said, for the cues that hold and for the sums of the
   * call, and the numbers stay. No state is told, nothing is put into words, and the memory is not given the hop.
   */
  #rest(turn: Turn<K>): void {
    const { describer } = turn.member;
    const { heads } = describer;
    if (heads === undefined) return;
    describer.begin();
    this.#tell(turn, { ...heads, change: 0, silent: 1 });
  }

  async #turn(key: K, { hops, startUs, endUs, decidedUs, at }: DescribableTurn): Promise<void> {
    const member = this.#members.get(key);
    if (member === undefined) return;
    const { describer, course, memory } = member;
    const heads = await peek(this.#model, memory, hops, describer.said);
    const numbers = memory.closed ? undefined : describer.glance(heads);
    if (numbers === undefined) return;
    const ms = (us: number): number => (us - member.originUs) / 1000;
    const nowMs = this.#now();
    const event = {
      type: 'affect.turn' as const,
      participant: describer.participantId,
      pack: this.#model.pack.id,
      startMs: ms(startUs),
      endMs: ms(endUs),
      decidedMs: ms(decidedUs),
      ...numbers,
      average: course.average(ms(startUs), affectOf(numbers)),
      latencyMs: latency({ hop: at }, nowMs, nowMs),
    };
    this.#options.onEvent(event, key, at);
  }

  async #answer(key: K, { task, over }: Question): Promise<Reply> {
    const member = this.#members.get(key);
    if (member === undefined) return NOTHING_KNOWN;
    const { describer, course, memory } = member;
    if (over === 'call') return replyOverCall(task, course);
    if (!canAnswer(this.#model.pack, task)) return unsupported(this.#model.pack, task);
    const { span, abstaining } = describer;
    if (span === undefined || abstaining) return NOTHING_KNOWN;
    const said = await this.#askModel(member, task);
    return memory.closed || !said ? NOTHING_KNOWN : replyOverWindow(task, said, course, span);
  }

  /** Asks the pack about what the memory holds; nobody hears of it but who asked, and the describer takes no note. */
  async #askModel({ describer: { heads, said }, memory }: Member<K>, task: Task): Promise<string | undefined> {
    if (heads === undefined) return undefined;
    try {
      const { text } = await this.#model.ask({ memory, said, task, ...heads });
      return text.trim();
    } catch (error) {
      // They left while they were asked about: there is nothing to answer, and nothing is wrong.
      if (memory.closed) return undefined;
      throw error;
    }
  }

  async #speak(speaking: readonly Speaking<K>[], encodedMs: number): Promise<void> {
    if (speaking.length === 0) return;
    const { signal } = this.#options;
    const items = speaking.map(({ member: { memory, describer }, heads }) => ({
      memory,
      said: describer.said,
      cues: heads.cues,
      vad: heads.vad,
      vadSd: heads.vadSd,
      labels: heads.labels,
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
      const delta = this.#options.deltas && !update.done ? describer.delta(update.text) : undefined;
      if (delta) this.#options.onEvent(delta, key, speaking.hop);
    }
    if (!update.done) return;
    const event = describer.describe(update, latency(speaking, encodedMs, nowMs));
    if (event !== undefined) this.#options.onEvent(event, key, speaking.hop);
  }
}

/** Those whose hops the model is given, and those whose hops the one before stands for. */
function split<K>(turns: readonly Turn<K>[]): [Turn<K>[], Turn<K>[]] {
  const [awake, rested]: [Turn<K>[], Turn<K>[]] = [[], []];
  for (const turn of turns) {
    if (turn.hop.rest !== 'stands') awake.push(turn);
    else if (turn.member.describer.heads !== undefined) rested.push(turn);
    // Nothing was told yet that could stand for it, as after the person was forgotten.
    else awake.push({ ...turn, hop: { ...turn.hop, rest: 'looked' } });
  }
  return [awake, rested];
}

/**
 * Milliseconds that each stage took, so that they add up. `window`: newest sample sensed -> hop closed (waiting for
 * the hop to end); `encode`: hop closed -> heads ready (waiting for the batch included); `firstWord`: heads ready ->
 * first words; `decoded`: first words -> text complete. The last two are left out where nothing is decoded.
 */
function latency(
  { hop, firstWordMs }: Pick<Speaking<unknown>, 'hop' | 'firstWordMs'>,
  encodedMs: number,
  doneMs?: number,
): Description['latencyMs'] {
  const stages: Description['latencyMs'] = { ...hop.earlier };
  if (hop.sensedMs !== undefined) stages.window = Math.max(0, hop.closedMs - hop.sensedMs);
  stages.encode = Math.max(0, encodedMs - hop.closedMs);
  if (doneMs !== undefined) {
    const firstMs = firstWordMs ?? doneMs;
    stages.firstWord = firstMs - encodedMs;
    stages.decoded = doneMs - firstMs;
  }
  for (const stage of LATENCY_STAGES) {
    const ms = stages[stage];
    if (ms !== undefined) stages[stage] = Math.round(ms * 100) / 100;
  }
  return stages;
}
