/** What is known of one person, from the events of a room; pure, so that it can be tested without a browser. */
import type { AffectDelta, AffectShift, AffectState, Description, SignalEvent } from '../../pipeline/index.ts';
import type { ClientEvent, SessionReady } from '../client/index.ts';
import type { Participant } from '../protocol/participants.ts';
import { Trend } from './trend.ts';

/** After this long a description says little of the present, and looks so. */
export const STALE_MS = 10_000;
/** How long a change is news. */
const NEWS_MS = 8000;

/**
 * - `waiting`: analysed, and nothing said yet
 * - `reading`: there is a description
 * - `off`: the person has not consented; `withdrawn`: no longer consents
 * - `private`: only the person sees these results
 * - `left`: the person is gone
 */
export type TileStatus = 'waiting' | 'reading' | 'off' | 'withdrawn' | 'private' | 'left';

type Told = Description | AffectState | AffectDelta | AffectShift | SignalEvent;

export class TileReading {
  readonly trend = new Trend();
  readonly #wanted: string | undefined;
  readonly #signals = new Map<SignalEvent['modality'], SignalEvent['state']>();
  #participant: string | undefined;
  #name: string | undefined;
  #analysis = true;
  #withdrawn = false;
  #left = false;
  #lost = false;
  /** The person of this session, and whether the room lets it see the results of others. */
  #self: { readonly id: string; readonly seesAll: boolean } | undefined;
  #description: Description | undefined;
  #delta: AffectDelta | undefined;
  #shift: AffectShift | undefined;
  /** Room time minus the time given to {@link push}. */
  #offsetMs = -Infinity;

  /**
   * @param wanted whose events to take, by the server's id or the platform's own; without it those of the session's own
   *   person, or of whom comes first
   */
  constructor(wanted?: string) {
    this.#wanted = wanted;
    this.#participant = wanted;
  }

  get name(): string | undefined {
    return this.#name;
  }
  get description(): Description | undefined {
    return this.#description;
  }
  /** The words of a description that is still being made; undefined when there is none. */
  get partial(): string | undefined {
    return this.#delta?.text;
  }
  /** The last change, for as long as it is news. @param nowMs the clock of {@link push} */
  shift(nowMs: number): AffectShift | undefined {
    return this.#shift && nowMs + this.#offsetMs - this.#shift.endMs < NEWS_MS ? this.#shift : undefined;
  }
  get signals(): ReadonlyMap<SignalEvent['modality'], SignalEvent['state']> {
    return this.#signals;
  }
  /** True while the connection is away: what is shown may be out of date. */
  get lost(): boolean {
    return this.#lost;
  }

  get status(): TileStatus {
    if (this.#left) return 'left';
    if (this.#withdrawn) return 'withdrawn';
    if (!this.#analysis) return 'off';
    if (this.#description || this.#delta) return 'reading';
    const self = this.#self;
    return self && !self.seesAll && this.#participant !== self.id ? 'private' : 'waiting';
  }

  /** How old the description is, in milliseconds; 0 without one. @param nowMs the clock of {@link push} */
  ageMs(nowMs: number): number {
    return this.#description ? Math.max(0, nowMs + this.#offsetMs - this.#description.endMs) : 0;
  }

  /** Takes an event; those of others, and kinds not known here, are left aside. @param nowMs any clock that never goes back */
  push(event: ClientEvent, nowMs: number): void {
    switch (event.type) {
      case 'session.ready':
        return this.#begin(event, nowMs);
      case 'connection.lost':
        this.#lost = true;
        return;
      case 'connection.restored':
        this.#lost = false;
        return;
      case 'participant.joined':
      case 'participant.changed':
        return this.#meet(event.participant);
      case 'participant.left':
        if (event.participant !== this.#participant) return;
        this.#left = true;
        return this.#forget();
      case 'consent.changed':
        if (event.participant === this.#participant) this.#consent(event.granted);
        return;
      case 'analysis.changed':
        if (!event.enabled) this.#consent(false);
        return;
      case 'signal':
      case 'affect.state':
      case 'affect.delta':
      case 'affect.shift':
      case 'affect.description':
        this.#participant ??= event.participant;
        if (event.participant === this.#participant) this.#read(event, nowMs);
        return;
    }
  }

  #begin(session: SessionReady, nowMs: number): void {
    // In a new session nobody's consent is known from before; in the same one what was missed follows.
    const same = session.resumed !== undefined && session.participant.id === this.#self?.id;
    if (!same) this.#forget();
    this.#self = { id: session.participant.id, seesAll: session.results !== 'self' };
    this.#offsetMs = session.roomMs - nowMs;
    this.#lost = false;
    this.#participant = this.#wanted ?? session.participant.id;
    for (const one of [session.participant, ...session.participants]) this.#meet(one);
  }

  #meet({ id, externalId, name, analysis }: Participant): void {
    if (externalId !== undefined && externalId === this.#wanted) this.#participant = id;
    this.#participant ??= id;
    if (id !== this.#participant) return;
    this.#name = name;
    this.#left = false;
    this.#consent(analysis);
  }

  #consent(granted: boolean): void {
    this.#withdrawn = !granted && (this.#withdrawn || this.#description !== undefined || this.#signals.size > 0);
    this.#analysis = granted;
    if (!granted) this.#forget();
  }

  #forget(): void {
    this.#description = undefined;
    this.#delta = undefined;
    this.#shift = undefined;
    this.#signals.clear();
    this.trend.clear();
  }

  #read(event: Told, nowMs: number): void {
    this.#analysis = true;
    this.#withdrawn = false;
    // Without a session the newest event is the best there is of a clock.
    this.#offsetMs = Math.max(this.#offsetMs, event.endMs - nowMs);
    switch (event.type) {
      case 'signal':
        if (event.state === 'ok') this.#signals.delete(event.modality);
        else this.#signals.set(event.modality, event.state);
        return;
      case 'affect.state':
        return this.#point(event);
      case 'affect.shift':
        this.#shift = event;
        return;
      case 'affect.delta':
        if (!this.#outdated(event)) this.#delta = event;
        return;
      case 'affect.description':
        return this.#describe(event);
    }
  }

  #describe(event: Description): void {
    if (this.#outdated(event)) return;
    this.#delta = undefined;
    this.#description = event.retracted ? undefined : event;
    if (!event.retracted && !event.abstained) this.#point(event);
  }

  /** Whether something newer is shown already. */
  #outdated({ id, version, endMs }: Description | AffectDelta): boolean {
    const shown = this.#description;
    if (!shown) return false;
    return shown.id === id ? shown.version >= version : shown.endMs > endMs;
  }

  #point({ endMs, valence, arousal }: Description | AffectState): void {
    this.trend.add({ atMs: endMs, valence: valence.mean, arousal: arousal.mean });
  }
}
