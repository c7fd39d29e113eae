/** One participant's descriptions: decides when to speak, keeps cue tracks, makes the events. A pure core: no clock, no model. */
import type { HopResult } from '../../models/index.ts';
import type { AffectDelta, AffectState, Description, Evidence, UnstampedEvent } from '../events.ts';
import { Abstention } from './abstention.ts';
import { CueTracks } from './cue-tracks.ts';
import { Drift } from './drift.ts';
import type { DescribableHop } from './hop-input.ts';
import { type Numbers, type PackFacts, clamp, readNumbers } from './numbers.ts';
import { Said } from './said.ts';
import { type Reason, SpeakGate, type SpeakGateOptions } from './speak-gate.ts';

/** Hops that a memory holds: 32 s of who does not rest; at least 30 s by the packs' contract. */
const MEMORY_HOPS = 64;
/** A description whose affect lasted no longer than this, and then was again what had been said before, is taken back. */
const RETRACTION = { withinMs: 1500, back: 0.2, left: 0.38 } as const;
/** What of a description belongs to a revision of it rather than to a new one. */
const REVISION = { maxGapMs: 4000, maxDistance: 0.35 } as const;

export interface DescriberOptions {
  readonly participantId: string;
  readonly pack: PackFacts;
  /** Capture time that counts as 0 ms in the events. */
  readonly originUs?: number;
  readonly gate?: Partial<SpeakGateOptions>;
}

/** What the decoder said at the hop last pushed. */
export interface Spoken {
  readonly text: string;
  /** Indices of the pack's cues named in the plan. */
  readonly cues: readonly number[];
  readonly truncated: boolean;
}

type Unstamped<T> = Omit<T, 'seq' | 'room'>;
interface Previous extends Pick<Description, 'id' | 'version' | 'startMs' | 'endMs' | 'abstained'> {
  /** What version 1 said; a drift in small steps must not stay the same description for ever. */
  readonly firstVad: Float32Array;
  /** What had been said before version 1 of it, if anything was. */
  readonly beforeVad: Float32Array | undefined;
  readonly event: Unstamped<Description>;
  /** The cues that the words name, and all that held. */
  readonly cues: readonly number[];
  readonly held: readonly number[];
  /** It was said because nothing had been said for long, so its words tell of no change. */
  readonly steady: boolean;
}

/** What a hop leads to, in the order in which it is told. */
export interface Described {
  readonly state: Unstamped<AffectState>;
  /** Takes back what was said last. */
  readonly retraction?: Unstamped<Description>;
  readonly abstaining: boolean;
  /** The pack's cues that began in this hop. */
  readonly begun: readonly number[];
  /** A description should be decoded now. */
  readonly speak: boolean;
  /** It is time to say that what was said still holds: {@link Describer.confirm}. */
  readonly holds: boolean;
}
type Current = {
  readonly heads: HopResult;
  readonly numbers: Numbers;
  readonly startMs: number;
  readonly endMs: number;
  /** Why it is to be spoken of. */
  readonly reason: Reason | undefined;
};

export class Describer {
  readonly participantId: string;
  readonly #pack: PackFacts;
  readonly #originUs: number;
  readonly #tracks: CueTracks;
  readonly #gate: SpeakGate;
  readonly #abstention: Abstention;
  readonly #said: Said;
  readonly #drift = new Drift();
  /** When each hop began that the memory holds, the oldest first. */
  readonly #remembered: number[] = [];
  #current: Current | undefined;
  #previous: Previous | undefined;

  constructor({ participantId, pack, originUs = 0, gate }: DescriberOptions) {
    const { thresholds, saidSize } = pack.manifest;
    this.participantId = participantId;
    this.#pack = pack;
    this.#originUs = originUs;
    this.#tracks = new CueTracks(thresholds.cue);
    this.#gate = new SpeakGate(thresholds.speak, gate);
    this.#abstention = new Abstention(thresholds.abstain);
    this.#said = new Said(saidSize);
  }

  /** The model's `said` input for the hop last begun, and for speaking after it. */
  get said(): Float32Array {
    return this.#said.vector;
  }

  /** Heads of the hop last pushed. */
  get heads(): HopResult | undefined {
    return this.#current?.heads;
  }

  /** What the model remembers: its window, up to the hop last pushed. */
  get span(): { readonly startMs: number; readonly endMs: number } | undefined {
    const current = this.#current;
    const [startMs = 0] = this.#remembered;
    return current && { startMs: Math.max(0, startMs), endMs: current.endMs };
  }

  /** Too little can be perceived to say anything, or it is too early to know. */
  get abstaining(): boolean {
    return this.#abstention.abstaining ?? true;
  }

  /** A hop begins: what was said grows older. Returns {@link Describer.said}. */
  begin(): Float32Array {
    this.#said.tick();
    return this.#said.vector;
  }

  /** Takes the heads of one hop. */
  push(hop: DescribableHop, heads: HopResult): Described {
    const startMs = (hop.startUs - this.#originUs) / 1000;
    const endMs = (hop.endUs - this.#originUs) / 1000;
    this.#tracks.push(heads.cues, heads.cueStrength, startMs, endMs);
    this.#drift.push(heads.vad, this.#said.vector, startMs);
    const present = hop.face !== undefined || hop.voice !== undefined || hop.caption !== undefined;
    this.#abstention.push(heads.reliability, present);
    const abstaining = this.#abstention.abstaining;
    const numbers = readNumbers(this.#pack, heads, abstaining ?? true);
    if (hop.rest !== 'stands') this.#remember(startMs);
    const retraction = this.#retract(heads.vad, endMs);
    const { silent, change } = heads;
    const reason =
      abstaining !== undefined && this.#abstention.settled
        ? this.#gate.wants({ timeMs: endMs, silent, change, away: this.#drift.away, abstaining })
        : undefined;
    this.#current = { heads, numbers, startMs, endMs, reason };
    const holds = hop.rest === 'looked' && reason === 'silence' && this.#holds(this.#current);
    const common = this.#common(startMs, endMs);
    return {
      state: { type: 'affect.state', ...common, ...numbers, reliability: sureness(heads) },
      ...(retraction && { retraction }),
      abstaining: abstaining ?? true,
      begun: this.#tracks.begunAt(startMs),
      speak: reason !== undefined && !holds,
      holds,
    };
  }

  /** Numbers of a hop that is not over yet, without taking note of it; of the hop last pushed when `heads` is missing. */
  glance(heads = this.#current?.heads): (Numbers & Pick<AffectState, 'reliability'>) | undefined {
    if (heads === undefined) return undefined;
    const numbers = readNumbers(this.#pack, heads, this.abstaining);
    return { ...numbers, reliability: sureness(heads) };
  }

  /** Words of the description under way for the hop last pushed. */
  delta(text: string): Unstamped<AffectDelta> | undefined {
    const current = this.#current;
    const said = text.trim();
    if (current === undefined || said === '') return undefined;
    const { id, version, startMs } = this.#identify(current, this.abstaining);
    return { type: 'affect.delta', ...this.#common(startMs, current.endMs), id, version, text: said };
  }

  /**
   * Takes what the decoder said about the hop last pushed. `undefined` when it found no words: nothing is sent then,
   * and the gate waits as after a description.
   */
  describe(
    spoken: Spoken,
    latencyMs: Description['latencyMs'],
  ): Extract<UnstampedEvent, { type: 'affect.description' }> | undefined {
    const current = this.#current;
    if (current === undefined) return undefined;
    const abstained = this.abstaining;
    this.#gate.spoke(current.endMs, abstained);
    const text = finishText(spoken);
    if (text === '') return undefined;
    const { id, version, startMs, firstVad, beforeVad } = this.#identify(current, abstained);
    const event: Unstamped<Description> = {
      type: 'affect.description',
      ...this.#common(startMs, current.endMs),
      id,
      version,
      text,
      ...current.numbers,
      evidence: this.#evidence(spoken.cues),
      abstained,
      latencyMs,
    };
    this.#said.spoke(current.heads.vad);
    this.#previous = {
      id,
      version,
      startMs,
      endMs: current.endMs,
      abstained,
      firstVad,
      beforeVad,
      event,
      cues: spoken.cues,
      held: this.#tracks.held(),
      steady: current.reason === 'silence',
    };
    return event;
  }

  /** Says of the hop last pushed, without new words, that what was said last still holds: its next version, with the numbers of now. */
  confirm(latencyMs: Description['latencyMs']): Extract<UnstampedEvent, { type: 'affect.description' }> | undefined {
    const [current, previous] = [this.#current, this.#previous];
    if (current === undefined || previous === undefined) return undefined;
    const { endMs, numbers, heads } = current;
    this.#gate.spoke(endMs, false);
    this.#said.spoke(heads.vad);
    const version = previous.version + 1;
    const event = { ...previous.event, ...numbers, version, endMs, evidence: this.#evidence(previous.cues), latencyMs };
    this.#previous = { ...previous, version, endMs, event };
    return event;
  }

  /** Whether the words that were said last would do for now: they told of no change, and nothing that they rest on is another. */
  #holds({ heads, numbers }: Current): boolean {
    const previous = this.#previous;
    if (!previous?.steady || previous.abstained) return false;
    const held = this.#tracks.held();
    return (
      held.length === previous.held.length &&
      held.every((cue, i) => cue === previous.held[i]) &&
      numbers.labels[0]?.term === previous.event.labels[0]?.term &&
      apart(heads.vad, previous.firstVad) <= REVISION.maxDistance
    );
  }

  #remember(startMs: number): void {
    this.#remembered.push(startMs);
    if (this.#remembered.length > MEMORY_HOPS) this.#remembered.shift();
  }

  /** A passing look was described as if it were more: it is over at once, and all is as it was said to be before. */
  #retract(vad: Float32Array, endMs: number): Unstamped<Description> | undefined {
    const previous = this.#previous;
    if (previous?.beforeVad === undefined || previous.abstained || previous.version > 1) return undefined;
    if (endMs - previous.endMs > RETRACTION.withinMs) return undefined;
    const { back, left } = RETRACTION;
    if (apart(vad, previous.beforeVad) > back || apart(vad, previous.firstVad) < left) return undefined;
    this.#previous = undefined;
    this.#said.spoke(previous.beforeVad);
    return { ...previous.event, version: previous.version + 1, endMs, retracted: true };
  }

  /** The same affect a moment later is a further version of the same description; anything else is a new one. */
  #identify(
    current: Current,
    abstained: boolean,
  ): Pick<Previous, 'id' | 'version' | 'startMs' | 'firstVad' | 'beforeVad'> {
    const previous = this.#previous;
    if (previous !== undefined && continues(previous, current, abstained)) {
      return { ...previous, version: previous.version + 1 };
    }
    // Unique in the room, also after leaving and coming back, and the same each time that a file is analysed.
    // It began when the affect left what was said before, not when that was settled.
    const startMs = this.#drift.sinceMs ?? current.startMs;
    const beforeVad = previous?.abstained === false ? this.#said.vad : undefined;
    return {
      id: `${this.participantId}@${Math.round(startMs)}`,
      version: 1,
      startMs,
      firstVad: current.heads.vad,
      beforeVad,
    };
  }

  /** Evidence is what the decoder named and the sensors' tracks confirm; never one of them alone. */
  #evidence(cues: readonly number[]): Evidence[] {
    const evidence: Evidence[] = [];
    for (const index of cues) {
      const track = this.#tracks.get(index);
      const cue = this.#pack.manifest.cues[index];
      if (track === undefined || cue === undefined) continue;
      const { startMs, endMs, strength } = track;
      const { direction, modality } = cue;
      evidence.push({ cue: cue.cue, direction, magnitude: clamp(strength, 0, 1), modality, startMs, endMs });
    }
    return evidence;
  }

  #common(startMs: number, endMs: number): { participant: string; pack: string; startMs: number; endMs: number } {
    return { participant: this.participantId, pack: this.#pack.id, startMs, endMs };
  }
}

function continues({ endMs, firstVad, ...previous }: Previous, current: Current, abstained: boolean): boolean {
  if (previous.abstained !== abstained || current.endMs - endMs > REVISION.maxGapMs) return false;
  if (abstained) return true;
  return apart(current.heads.vad, firstVad) <= REVISION.maxDistance;
}

function apart(a: Float32Array, b: Float32Array): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

function sureness({ reliability: [face, voice, caption] }: HopResult): AffectState['reliability'] {
  return { face: clamp(face, 0, 1), voice: clamp(voice, 0, 1), caption: clamp(caption, 0, 1) };
}

/** Greedy decoding sometimes names two families by one word: "amused and amused". */
const TWICE = /\b([a-z-]+) and \1\b/g;

/** A text that ran out of tokens keeps its whole sentences, or owns up to having no end. */
function finishText({ text, truncated }: Spoken): string {
  const trimmed = text.trim().replace(TWICE, '$1');
  if (!truncated || trimmed === '') return trimmed;
  const end = trimmed.lastIndexOf('.');
  return end > 0 ? trimmed.slice(0, end + 1) : `${trimmed}…`;
}
