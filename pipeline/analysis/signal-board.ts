/** Each modality's health as one word, told when it changes. */
import type { SignalEvent } from '../events.ts';
import type { Modality, SignalState } from '../types.ts';

export interface SignalChange {
  readonly modality: Modality;
  readonly state: SignalState;
  readonly detail?: string | undefined;
  readonly sinceUs: number;
  readonly atUs: number;
}

/** The change as an event; `originUs` is the capture time that counts as 0 ms. */
export function signalEvent(
  { sinceUs, atUs, ...change }: SignalChange,
  { participant, pack, originUs }: { participant: string; pack: string; originUs: number },
): Omit<SignalEvent, 'seq' | 'room'> {
  const [startMs, endMs] = [sinceUs, atUs].map((us) => (us - originUs) / 1000);
  return { type: 'signal', participant, pack, startMs, endMs, ...change };
}

interface Entry {
  /** What the transport says; it outranks the sense, which sees nothing when nothing comes. */
  transport: SignalState;
  detail: string | undefined;
  sense: SignalState;
  /** What the sense has begun to say, and since when. */
  candidate: SignalState;
  candidateUs: number;
  told: SignalState | undefined;
}

/** A sense must say the same for this long: a face turned away for a moment is no news, nor is a pause between phrases. */
const SETTLE_US = 800_000;
const SETTLE_SILENT_US = 4_000_000;

export class SignalBoard {
  readonly #entries = new Map<Modality, Entry>();
  readonly #tell: (change: SignalChange) => void;

  constructor(tell: (change: SignalChange) => void) {
    this.#tell = tell;
  }

  /** What the ingest says of a track. */
  transport(modality: Modality, state: SignalState, atUs: number, detail?: string): void {
    const entry = this.#entry(modality, atUs);
    entry.transport = state;
    entry.detail = detail;
    this.#settle(modality, entry, atUs);
  }

  /** What a sense makes of a sample. */
  sense(modality: Modality, state: SignalState, atUs: number): void {
    const entry = this.#entry(modality, atUs);
    if (state !== entry.candidate) {
      entry.candidate = state;
      entry.candidateUs = atUs;
    }
    const settleUs = state === 'silent' ? SETTLE_SILENT_US : SETTLE_US;
    if (entry.told === undefined || atUs - entry.candidateUs >= settleUs) entry.sense = entry.candidate;
    this.#settle(modality, entry, atUs);
  }

  clear(): void {
    this.#entries.clear();
  }

  #entry(modality: Modality, atUs: number): Entry {
    let entry = this.#entries.get(modality);
    if (!entry) {
      entry = { transport: 'ok', detail: undefined, sense: 'ok', candidate: 'ok', candidateUs: atUs, told: undefined };
      this.#entries.set(modality, entry);
    }
    return entry;
  }

  #settle(modality: Modality, entry: Entry, atUs: number): void {
    const state = entry.transport === 'ok' ? entry.sense : entry.transport;
    if (state === entry.told) return;
    const sinceUs = entry.transport === 'ok' && state !== 'ok' ? entry.candidateUs : atUs;
    entry.told = state;
    this.#tell({ modality, state, detail: entry.transport === 'ok' ? undefined : entry.detail, sinceUs, atUs });
  }
}
