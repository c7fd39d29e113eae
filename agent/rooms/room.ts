/** A room: the people in it, their consent, and who hears of what. */
import type { Logger } from 'pino';
import {
  nowUs,
  type AffectEvent,
  type Caption,
  type Question,
  type Reply,
  type UnstampedEvent,
} from '../../pipeline/index.ts';
import type { ConsentGrant, Sfu, SfuEvent } from '../../sfu/index.ts';
import type { Withdrawals } from '../auth/withdrawals.ts';
import type { ConsentLedger, WithdrawReason } from '../consent/ledger.ts';
import type { Observer } from '../metrics/observer.ts';
import type { AnalysisSwitch, StopScope } from '../policy/analysis-switch.ts';
import { maySee, type Visibility } from '../policy/visibility.ts';
import type { ServerMessage } from '../protocol/server-messages.ts';
import type { Recorder } from '../recording/recorder.ts';
import type { Analysis } from './analysis.ts';
import { EventRing, type Kept, withoutWords } from './event-ring.ts';
import type { Member } from './member.ts';
import { ParticipantAnalysis } from './participant-analysis.ts';

/** How long clearing a person may take before it counts as a fault (promised to participants in the receipt). */
const CLEAR_WITHIN_MS = 1000;

const UNKNOWN: Reply = {
  status: 'unavailable',
  text: 'Nobody of this id is in the room. See participant.joined for ids.',
};
const REFUSED: Reply = {
  status: 'refused',
  text: 'This session may not see the results of that person (policy.visibility, and the claim "see" of its token).',
};
const NOT_ANALYSED: Reply = {
  status: 'unavailable',
  text: 'This person is not being analysed: they have not consented, or no longer do.',
};

export interface RoomOptions {
  readonly name: string;
  readonly sfu: Sfu;
  readonly analysis: Analysis;
  readonly ledger: ConsentLedger;
  readonly visibility: Visibility;
  readonly switch: AnalysisSwitch;
  /** Stores the events of rooms that are recorded; there when any is. */
  readonly recorder?: Recorder | undefined;
  readonly observer?: Observer | undefined;
  /** Remembers who withdrew, so that an older token cannot consent for them again. */
  readonly withdrawals?: Withdrawals | undefined;
  readonly log: Logger;
}

export class Room {
  readonly name: string;
  /** Time zero of the room on the process's clock. */
  readonly epochUs = nowUs();
  readonly #members = new Map<string, Member>();
  readonly #options: RoomOptions;
  readonly #ring = new EventRing();
  #seq = 0;

  constructor(options: RoomOptions) {
    this.name = options.name;
    this.#options = options;
  }

  /** Room time now, in milliseconds. */
  get nowMs(): number {
    return (nowUs() - this.epochUs) / 1000;
  }

  get members(): readonly Member[] {
    return [...this.#members.values()];
  }

  join(member: Member): void {
    this.#broadcast({ type: 'participant.joined', participant: member.info });
    this.#members.set(member.id, member);
  }

  /** Ends everything of a member: media, viewing, analysis, consent. Resolves when nothing of them is held. Idempotent. */
  async leave(member: Member, reason: 'left' | 'shutdown' = 'left'): Promise<void> {
    if (member.left) return;
    member.left = true;
    this.#members.delete(member.id);
    this.#broadcast({ type: 'participant.left', participant: member.id });
    const publications = [...member.publications.keys()];
    member.publications.clear();
    const done = await Promise.allSettled([
      this.withdraw(member, reason),
      member.viewer?.then((viewer) => viewer.close()),
      ...publications.map((id) => this.#options.sfu.unpublish(id)),
    ]);
    for (const result of done) {
      if (result.status === 'rejected')
        this.#options.log.warn({ err: result.reason, participant: member.id }, 'leaving was not clean');
    }
  }

  /**
   * Starts the analysis of a member who consents.
   * @throws {ReceiptOutdatedError} when they read other words than those that hold now
   * @throws {AnalysisStoppedError} while all analysis is switched off
   */
  consent(member: Member, receiptVersion: string | undefined): void {
    const { sfu, ledger } = this.#options;
    this.#options.switch.check(this.name);
    const grant = ledger.grant(this.name, member, receiptVersion);
    if (member.access.identity !== undefined) this.#options.withdrawals?.renewed(member.access.identity, this.name);
    if (member.analysis) return;
    const started = this.#analyse(member, grant);
    member.analysis = started;
    for (const track of sfu.tracks(this.name)) if (track.participant === member.id) started.add(track);
    this.#broadcast({
      type: 'consent.changed',
      participant: member.id,
      granted: true,
      receiptVersion: grant.receiptVersion,
      roomMs: this.nowMs,
    });
  }

  /** Ends the analysis of a member at once, tells everybody, and clears what was held. */
  async withdraw(member: Member, reason: WithdrawReason): Promise<void> {
    const { ledger, log, recorder, observer, withdrawals } = this.#options;
    const grant = ledger.current(this.name, member.id);
    const stopping = member.analysis;
    // Who merely left meant nothing by it: their token may bring the consent back.
    const { identity } = member.access;
    if (identity !== undefined && reason !== 'left' && reason !== 'shutdown')
      withdrawals?.withdrawn(identity, this.name);
    if (!grant || !stopping) return;
    const fromUs = nowUs();
    ledger.withdraw(this.name, member.id, reason);
    member.analysis = undefined;
    this.#ring.forget(member.id);
    for (const other of this.members) {
      other.subscriber.forget(member.id);
      other.analysis?.unhear(member.id);
    }
    this.#broadcast({
      type: 'consent.changed',
      participant: member.id,
      granted: false,
      receiptVersion: grant.receiptVersion,
      roomMs: this.nowMs,
    });
    // Who withdraws takes back what was stored here, too; who leaves, or was stopped, has it until its time is up.
    const stored = reason === 'person' ? recorder?.delete(member.id, this.name) : undefined;
    await Promise.all([stopping.stop(), stored]);
    const tookMs = (nowUs() - fromUs) / 1000;
    ledger.cleared(this.name, member, tookMs);
    observer?.cleared(tookMs);
    if (tookMs > CLEAR_WITHIN_MS)
      log.error({ participant: member.id, tookMs }, 'clearing a person took longer than promised');
    this.#broadcast({ type: 'consent.cleared', participant: member.id, tookMs });
  }

  /** All analysis here was switched off, or may begin again when people consent anew. Resolves when nothing is held. */
  async switched(scope: StopScope, enabled: boolean): Promise<void> {
    this.#broadcast({ type: 'analysis.changed', scope, enabled, roomMs: this.nowMs });
    if (!enabled) await Promise.all(this.members.map((member) => this.withdraw(member, 'stopped')));
  }

  /** How far reaches what stops all analysis here; undefined while it may run. */
  get stopped(): StopScope | undefined {
    return this.#options.switch.stopped(this.name);
  }

  /** True when a member may see what is told of another, under the policy and the member's token. */
  maySee(onlooker: Member, subject: Member): boolean {
    return onlooker.access.subscribe && maySee(this.#options.visibility, onlooker, subject);
  }

  /** What a member missed since an event, of what they may see now. `complete`: nothing of it is lost. */
  missed(member: Member, seq: number): { readonly events: readonly Kept[]; readonly complete: boolean } {
    const { events, complete } = this.#ring.since(seq, this.nowMs);
    const told = events.flatMap(({ event, closedUs }) => {
      const seen = this.#asSeenBy(member, event);
      return seen ? [{ event: seen, closedUs }] : [];
    });
    return { events: told, complete };
  }

  /** Answers a member's question about another one, or says why not. */
  async ask(onlooker: Member, participant: string, question: Question): Promise<Reply> {
    const subject = this.#members.get(participant);
    if (!subject || !this.maySee(onlooker, subject)) return subject ? REFUSED : UNKNOWN;
    const { analysis } = subject;
    if (!analysis) return NOT_ANALYSED;
    const reply = await analysis.ask(question);
    // They may have withdrawn meanwhile.
    if (subject.analysis !== analysis) return NOT_ANALYSED;
    const speaker = reply.cause && this.#members.get(reply.cause.participant);
    if (!reply.cause || (speaker && this.maySee(onlooker, speaker))) return reply;
    const { text: _text, ...cause } = reply.cause;
    return { ...reply, cause };
  }

  /**
   * Words of a member, for their own analysis and, as something heard, for that of the others. Those of people who have not
   * consented go nowhere.
   */
  caption(member: Member, words: { startMs: number; endMs: number; text: string; final: boolean }): void {
    const caption: Caption = {
      startUs: this.epochUs + words.startMs * 1000,
      endUs: this.epochUs + words.endMs * 1000,
      text: words.text,
      final: words.final,
    };
    if (!member.analysis) return;
    member.analysis.caption(caption);
    for (const other of this.#members.values()) if (other !== member) other.analysis?.hear(caption, member.id);
  }

  /** What the SFU says of this room's media. */
  media(event: SfuEvent): void {
    const member = this.#members.get(event.type === 'publication-closed' ? event.participant : event.track.participant);
    if (!member) return;
    if (event.type === 'publication-closed') {
      member.publications.delete(event.id);
      return;
    }
    const { id, kind } = event.track;
    if (event.type === 'track-removed') {
      member.tracks.delete(id);
      member.analysis?.remove(id);
    } else {
      member.tracks.set(id, { kind, muted: event.type === 'track-muted' && event.muted });
      if (event.type === 'track-added') member.analysis?.add(event.track);
    }
    this.#broadcast({ type: 'participant.changed', participant: member.info });
  }

  #analyse(member: Member, grant: ConsentGrant): ParticipantAnalysis {
    const { sfu, analysis, ledger, log } = this.#options;
    try {
      return new ParticipantAnalysis({
        sfu,
        analysis,
        grant,
        log,
        epochUs: this.epochUs,
        onEvent: (event, closedUs) => this.#publish(member, event, closedUs),
        onGone: (error) => void this.#gone(member, error),
      });
    } catch (error) {
      ledger.withdraw(this.name, member.id, 'shutdown');
      throw error;
    }
  }

  async #gone(member: Member, error: Error): Promise<void> {
    this.#options.log.error({ err: error, participant: member.id }, 'the analysis of a participant ended unexpectedly');
    const message = 'The analysis of you ended unexpectedly. Switch it on again to try once more.';
    member.subscriber.send({ type: 'error', code: 'internal', message, retryable: true });
    await this.withdraw(member, 'shutdown').catch((cause: unknown) =>
      this.#options.log.error({ err: cause }, 'clearing failed'),
    );
  }

  #publish(subject: Member, unstamped: UnstampedEvent, closedUs: number): void {
    const event: AffectEvent = { ...unstamped, seq: this.#seq++, room: this.name };
    this.#options.recorder?.event(event);
    this.#options.observer?.published(event);
    this.#ring.push(event, closedUs, this.nowMs);
    for (const member of this.#members.values()) {
      const seen = this.#asSeenBy(member, event, subject);
      if (seen) member.subscriber.event(seen, closedUs);
    }
  }

  /** An event without what a member may not see of it; undefined when that is all. */
  #asSeenBy(
    onlooker: Member,
    event: AffectEvent,
    subject = this.#members.get(event.participant),
  ): AffectEvent | undefined {
    if (!subject || !this.maySee(onlooker, subject)) return undefined;
    if (event.type !== 'affect.shift' || event.cause.utterance?.text === undefined) return event;
    const speaker = this.#members.get(event.cause.utterance.participant);
    return speaker && this.maySee(onlooker, speaker) ? event : withoutWords(event);
  }

  #broadcast(message: ServerMessage): void {
    for (const member of this.#members.values()) member.subscriber.send(message);
  }
}
