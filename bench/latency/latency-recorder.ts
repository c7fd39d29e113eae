import type { AffectState, Description } from '../../pipeline/index.ts';
import { Histogram, type HistogramData, type Summary } from '../histogram.ts';
import { DueTimes } from './due-times.ts';
import type { Heard } from './session-messages.ts';

/** Descriptions that wait for their `delivered`; beyond, the oldest is forgotten and counted. */
const MAX_WAITING = 64;

/** The stretch of room time that counts, in ms. */
export interface MeasuredSpan {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Distributions by name; null where nothing was recorded. */
export interface LatencyFigures {
  /** Per stage, as each description tells (`latencyMs`), in the order data pass them, and `delivered`. */
  readonly stages: Readonly<Record<string, Summary | null>>;
  /** Hop closed -> first words of the description, as the agent tells; and -> its text complete. */
  readonly hopToFirstWord: Summary | null;
  readonly hopToComplete: Summary | null;
  /** Hop closed -> the server holds the client's acknowledgement of the description. */
  readonly hopToDelivered: Summary | null;
  /** The hop's due time, which is its end on the media timeline less `mediaLeadMs` -> description received. */
  readonly dueToDescription: Summary | null;
  /** Due -> state received, one per hop. A hop that was left out is answered by the next state, and counts until then. */
  readonly dueToState: Summary | null;
  /** The silence after somebody's words was long enough to call the turn over -> `affect.turn` received; null without any. */
  readonly turnToState: Summary | null;
  /** The last sound of a turn -> `affect.turn` received: that silence is in it. */
  readonly lastSoundToTurn: Summary | null;
  /**
   * How far the agent's media timeline runs ahead: a packet is stamped with its arrival but ends a packet's length later,
   * so a hop can be complete before its nominal end. Taken from the earliest close of a hop, so that none closes before it is due.
   */
  readonly mediaLeadMs: number;
  readonly hops: { readonly hopMs: number | null; readonly received: number; readonly missed: number };
  readonly descriptions: { readonly received: number; readonly abstained: number; readonly unacknowledged: number };
  readonly signals: Readonly<Record<string, number>>;
  readonly histograms: Readonly<Record<string, HistogramData>>;
}

export interface Delivered {
  readonly room: string;
  readonly seq: number;
  readonly deliveredMs: number;
  readonly sinceHopMs: number;
}

type TurnTimes = Pick<Extract<Heard, { type: 'affect.turn' }>, 'endMs' | 'decidedMs'>;

/** Takes what one or more sessions hear and makes distributions of it; events outside the span do not count. */
export class LatencyRecorder {
  readonly #span: () => MeasuredSpan | undefined;
  readonly #stages = new Map<string, Histogram>();
  readonly #hopToFirstWord = Histogram.create();
  readonly #hopToComplete = Histogram.create();
  readonly #hopToDelivered = Histogram.create();
  readonly #dueToDescription = new DueTimes();
  readonly #dueToState = new DueTimes();
  readonly #turnToState = new DueTimes();
  readonly #lastSoundToTurn = new DueTimes();
  /** When the hop of a description that waits for its `delivered` ended. */
  readonly #waiting = new Map<string, number>();
  readonly #lastEndMs = new Map<string, number>();
  readonly #signals: Record<string, number> = {};
  #hopMs: number | null = null;
  #mediaLeadMs = 0;
  #earliestStateMs = Number.POSITIVE_INFINITY;
  #received = 0;
  #missed = 0;
  #described = 0;
  #abstained = 0;

  /** `span` may become known late (after the warm-up); until it is, nothing counts. */
  constructor(span: () => MeasuredSpan | undefined, stages: readonly string[]) {
    this.#span = span;
    for (const stage of stages) this.#stages.set(stage, Histogram.create());
  }

  /** `receivedMs` in room time. */
  description(event: Description, receivedMs: number): void {
    if (!this.#counts(event.endMs)) return;
    this.#described++;
    if (event.abstained) this.#abstained++;
    this.#dueToDescription.add(receivedMs - event.endMs);
    for (const [stage, tookMs] of Object.entries(event.latencyMs)) this.#stages.get(stage)?.record(tookMs);
    const { encode = 0, firstWord, decoded } = event.latencyMs;
    if (firstWord !== undefined) this.#hopToFirstWord.record(encode + firstWord);
    if (firstWord !== undefined && decoded !== undefined) this.#hopToComplete.record(encode + firstWord + decoded);
    this.#waiting.set(waitingKey(event.room, event.seq), event.endMs);
    const [oldest] = this.#waiting.keys();
    if (this.#waiting.size > MAX_WAITING && oldest !== undefined) this.#waiting.delete(oldest);
  }

  /** The server's word that the acknowledgement of a description arrived; `receivedMs` in room time. */
  delivered({ room, seq, deliveredMs, sinceHopMs }: Delivered, receivedMs: number): void {
    const key = waitingKey(room, seq);
    const endMs = this.#waiting.get(key);
    if (endMs === undefined) return;
    this.#waiting.delete(key);
    this.#mediaLeadMs = Math.max(this.#mediaLeadMs, endMs - (receivedMs - sinceHopMs));
    this.#stages.get('delivered')?.record(deliveredMs);
    this.#hopToDelivered.record(sinceHopMs);
  }

  /** `receivedMs` in room time. */
  state(event: Pick<AffectState, 'participant' | 'startMs' | 'endMs'>, receivedMs: number): void {
    const hopMs = event.endMs - event.startMs;
    const missing = Math.round((event.startMs - (this.#lastEndMs.get(event.participant) ?? event.startMs)) / hopMs);
    this.#lastEndMs.set(event.participant, event.endMs);
    this.#hopMs = hopMs;
    if (this.#counts(event.endMs)) this.#earliestStateMs = Math.min(this.#earliestStateMs, receivedMs - event.endMs);
    for (let hop = missing; hop >= 1; hop--) this.#answer(event.endMs - hop * hopMs, receivedMs, true);
    this.#answer(event.endMs, receivedMs, false);
  }

  /** `receivedMs` in room time. */
  turn({ endMs, decidedMs }: TurnTimes, receivedMs: number): void {
    if (!this.#counts(decidedMs)) return;
    this.#turnToState.add(receivedMs - decidedMs);
    this.#lastSoundToTurn.add(receivedMs - endMs);
  }

  /** The earliest state so far, in ms after its nominal due time (negative: before); null before the first. */
  get earliestStateMs(): number | null {
    return Number.isFinite(this.#earliestStateMs) ? this.#earliestStateMs : null;
  }

  signal(modality: string, state: string): void {
    const key = `${modality} ${state}`;
    this.#signals[key] = (this.#signals[key] ?? 0) + 1;
  }

  /** The figures at room time `nowMs`: hops of the span that nobody has answered until then count as left out. */
  figures(nowMs = Number.NEGATIVE_INFINITY): LatencyFigures {
    this.#giveUp(nowMs);
    // Nothing is received before its hop closed, so an early state shows a lead too where no description does.
    const mediaLeadMs = Math.max(
      this.#mediaLeadMs,
      ...[this.#dueToState, this.#dueToDescription, this.#turnToState].map(({ earliestMs }) => -earliestMs),
    );
    const totals = {
      hopToFirstWord: this.#hopToFirstWord,
      hopToComplete: this.#hopToComplete,
      hopToDelivered: this.#hopToDelivered,
      dueToDescription: this.#dueToDescription.since(mediaLeadMs),
      dueToState: this.#dueToState.since(mediaLeadMs),
      turnToState: this.#turnToState.since(mediaLeadMs),
      lastSoundToTurn: this.#lastSoundToTurn.since(mediaLeadMs),
    };
    const named = Object.entries({ ...Object.fromEntries(this.#stages), ...totals });
    return {
      stages: Object.fromEntries([...this.#stages].map(([stage, histogram]) => [stage, histogram.summary()])),
      hopToFirstWord: totals.hopToFirstWord.summary(),
      hopToComplete: totals.hopToComplete.summary(),
      hopToDelivered: totals.hopToDelivered.summary(),
      dueToDescription: totals.dueToDescription.summary(),
      dueToState: totals.dueToState.summary(),
      turnToState: totals.turnToState.summary(),
      lastSoundToTurn: totals.lastSoundToTurn.summary(),
      mediaLeadMs: Math.round(mediaLeadMs * 10) / 10,
      hops: { hopMs: this.#hopMs, received: this.#received, missed: this.#missed },
      descriptions: {
        received: this.#described,
        abstained: this.#abstained,
        unacknowledged: this.#described - this.#hopToDelivered.n,
      },
      signals: { ...this.#signals },
      histograms: Object.fromEntries(named.map(([name, histogram]) => [name, histogram.toJSON()])),
    };
  }

  #giveUp(nowMs: number): void {
    const hopMs = this.#hopMs;
    const span = this.#span();
    if (hopMs === null || span === undefined) return;
    for (const [participant, lastMs] of this.#lastEndMs) {
      let dueMs = lastMs + hopMs;
      for (; dueMs < Math.min(span.toMs, nowMs); dueMs += hopMs) this.#answer(dueMs, nowMs, true);
      this.#lastEndMs.set(participant, dueMs - hopMs);
    }
  }

  #answer(dueMs: number, receivedMs: number, missed: boolean): void {
    if (!this.#counts(dueMs)) return;
    if (missed) this.#missed++;
    else this.#received++;
    this.#dueToState.add(receivedMs - dueMs);
  }

  #counts(dueMs: number): boolean {
    const span = this.#span();
    return span !== undefined && dueMs >= span.fromMs && dueMs < span.toMs;
  }
}

function waitingKey(room: string, seq: number): string {
  return `${room}#${seq}`;
}
