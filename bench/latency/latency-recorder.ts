import type { AffectState, Description } from '../../pipeline/index.ts';
import { Histogram, type HistogramData, type Summary } from '../histogram.ts';

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
  /** Hop closed -> the server holds the client's acknowledgement of the description. */
  readonly hopToDelivered: Summary | null;
  /** The hop's end by the media's own time, which is when it is due -> description received. */
  readonly dueToDescription: Summary | null;
  /** Due -> state received, one per hop. A hop that was left out is answered by the next state, and counts until then. */
  readonly dueToState: Summary | null;
  readonly hops: { readonly hopMs: number | null; readonly received: number; readonly missed: number };
  readonly descriptions: { readonly received: number; readonly abstained: number; readonly unacknowledged: number };
  readonly signals: Readonly<Record<string, number>>;
  readonly histograms: Readonly<Record<string, HistogramData>>;
}

/** Takes what one or more sessions hear and makes distributions of it; events outside the span do not count. */
export class LatencyRecorder {
  readonly #span: () => MeasuredSpan | undefined;
  readonly #stages = new Map<string, Histogram>();
  readonly #hopToDelivered = new Histogram();
  readonly #dueToDescription = new Histogram();
  readonly #dueToState = new Histogram();
  readonly #waiting = new Set<string>();
  readonly #lastEndMs = new Map<string, number>();
  readonly #signals: Record<string, number> = {};
  #hopMs: number | null = null;
  #received = 0;
  #missed = 0;
  #described = 0;
  #abstained = 0;

  /** `span` may become known late (after the warm-up); until it is, nothing counts. */
  constructor(span: () => MeasuredSpan | undefined, stages: readonly string[]) {
    this.#span = span;
    for (const stage of stages) this.#stages.set(stage, new Histogram());
  }

  /** `receivedMs` in room time. */
  description(event: Description, receivedMs: number): void {
    if (!this.#counts(event.endMs)) return;
    this.#described++;
    if (event.abstained) this.#abstained++;
    this.#dueToDescription.record(receivedMs - event.endMs);
    for (const [stage, tookMs] of Object.entries(event.latencyMs)) this.#stages.get(stage)?.record(tookMs);
    this.#waiting.add(waitingKey(event.room, event.seq));
    const [oldest] = this.#waiting;
    if (this.#waiting.size > MAX_WAITING && oldest !== undefined) this.#waiting.delete(oldest);
  }

  /** The server's word that the acknowledgement of a description arrived. */
  delivered(room: string, seq: number, deliveredMs: number, sinceHopMs: number): void {
    if (!this.#waiting.delete(waitingKey(room, seq))) return;
    this.#stages.get('delivered')?.record(deliveredMs);
    this.#hopToDelivered.record(sinceHopMs);
  }

  /** `receivedMs` in room time. */
  state(event: Pick<AffectState, 'participant' | 'startMs' | 'endMs'>, receivedMs: number): void {
    const hopMs = event.endMs - event.startMs;
    const missing = Math.round((event.startMs - (this.#lastEndMs.get(event.participant) ?? event.startMs)) / hopMs);
    this.#lastEndMs.set(event.participant, event.endMs);
    this.#hopMs = hopMs;
    for (let hop = missing; hop >= 1; hop--) this.#answer(event.endMs - hop * hopMs, receivedMs, true);
    this.#answer(event.endMs, receivedMs, false);
  }

  signal(modality: string, state: string): void {
    const key = `${modality} ${state}`;
    this.#signals[key] = (this.#signals[key] ?? 0) + 1;
  }

  figures(): LatencyFigures {
    const named = new Map([
      ...this.#stages,
      ['hopToDelivered', this.#hopToDelivered],
      ['dueToDescription', this.#dueToDescription],
      ['dueToState', this.#dueToState],
    ]);
    return {
      stages: Object.fromEntries([...this.#stages].map(([stage, histogram]) => [stage, histogram.summary()])),
      hopToDelivered: this.#hopToDelivered.summary(),
      dueToDescription: this.#dueToDescription.summary(),
      dueToState: this.#dueToState.summary(),
      hops: { hopMs: this.#hopMs, received: this.#received, missed: this.#missed },
      descriptions: {
        received: this.#described,
        abstained: this.#abstained,
        unacknowledged: this.#described - this.#hopToDelivered.n,
      },
      signals: { ...this.#signals },
      histograms: Object.fromEntries([...named].map(([name, histogram]) => [name, histogram.toJSON()])),
    };
  }

  #answer(dueMs: number, receivedMs: number, missed: boolean): void {
    if (!this.#counts(dueMs)) return;
    if (missed) this.#missed++;
    else this.#received++;
    this.#dueToState.record(receivedMs - dueMs);
  }

  #counts(dueMs: number): boolean {
    const span = this.#span();
    return span !== undefined && dueMs >= span.fromMs && dueMs < span.toMs;
  }
}

function waitingKey(room: string, seq: number): string {
  return `${room}#${seq}`;
}
