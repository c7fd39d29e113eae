/** What an analysis worker hosts: participants on one hop grid, sharing the face nets and the model. */
import { nowUs } from '../clock.ts';
import { HopGrid } from '../describe/hop-grid.ts';
import type { DescribableHop, EarlierStages } from '../describe/hop-input.ts';
import type { UnstampedEvent } from '../events.ts';
import { type AnalysisModelOptions, AnalysisModels } from './analysis-models.ts';
import { HopGatherer, type Waiting } from './hop-gatherer.ts';
import { describable } from './describable.ts';
import { addCounts, type FromWorker, type ToWorker, type WorkerStats } from './messages.ts';
import { readMail } from './packet-mail.ts';
import type { Hop } from '../window/hop.ts';
import type { Turn } from '../window/turn-detector.ts';
import { Participant } from './participant.ts';
import { type SignalChange, signalEvent } from './signal-board.ts';

/** How often waits for lost packets and for late hops are looked at, and while everybody rests. */
const TICK_MS = 20;
const RESTING_TICK_MS = 80;
const MAX_BLOCKED_US = 60_000;
/** How long the first hop of a grid point waits for the other participants'. */
const GATHER_MS = 25;
/** Looks begin so long after a slot did, and are spread over so much of it: the next camera picture still falls into it. */
const LOOK_FROM_US = 10_000;
const LOOK_SPREAD_US = 100_000;
const GOLDEN = 0.618_034;

interface Seat {
  readonly id: string;
  readonly epochUs: number;
  readonly participant: Participant;
  shed: number;
}

type Of<T extends ToWorker['type']> = Extract<ToWorker, { type: T }>;

export class AnalysisHost {
  readonly #models: AnalysisModels;
  readonly #post: (message: FromWorker) => void;
  readonly #seats = new Map<number, Seat>();
  /** Which session a track belongs to. */
  readonly #owners = new Map<number, number>();
  readonly #grid: HopGrid<number>;
  readonly #gatherer: HopGatherer<DescribableHop>;
  /** None while nobody is there. */
  #ticker: NodeJS.Timeout | undefined;
  #tickMs = 0;
  #tickedUs = nowUs();
  /** Never twice in a row, or an overloaded worker would close no hop at all. */
  #skipped = false;
  readonly #counts = { hops: 0, hopsRested: 0, runs: 0, hopsShed: 0, facesShed: 0, descriptions: 0, errors: 0 };
  /** Of participants who left. */
  #ingest: Record<string, number> = {};

  private constructor(models: AnalysisModels, post: (message: FromWorker) => void) {
    this.#models = models;
    this.#post = post;
    this.#grid = new HopGrid<number>({
      model: models.model,
      deltas: true,
      onEvent: (event, session, hop) => this.#tell(session, event, hop),
    });
    this.#gatherer = new HopGatherer<DescribableHop>({
      gatherMs: GATHER_MS,
      // Nobody waits for the hops of those who rest.
      expected: () => [...this.#seats.values()].filter(({ participant: { live, resting } }) => live && !resting).length,
      run: (batch) => this.#run(batch),
      onShed: (session) => this.#shed(session),
    });
  }

  static async open(options: AnalysisModelOptions, post: (message: FromWorker) => void): Promise<AnalysisHost> {
    return new AnalysisHost(await AnalysisModels.open(options), post);
  }

  get pack(): string {
    return this.#models.model.pack.id;
  }

  get provider(): string {
    return this.#models.model.provider;
  }

  /** Why providers that were asked for first fell away. */
  get notes(): readonly string[] {
    return this.#models.model.refused.map(({ provider, reason }) => `${provider}: ${reason}`);
  }

  /** Handles one message. Never throws: what fails becomes a `problem`, and the others go on. */
  receive(message: ToWorker): void {
    try {
      this.#handle(message);
    } catch (error) {
      this.#problem(0, error as Error);
    }
  }

  #handle(message: ToWorker): void {
    switch (message.type) {
      case 'packets':
        for (const { track, packets, arrivalsUs } of readMail(message.mail))
          this.#ofTrack(track)?.participant.packets(track, packets, arrivalsUs);
        for (const report of message.reports) this.#ofTrack(report.track)?.participant.report(report.track, report);
        return undefined;
      case 'muted':
        return this.#ofTrack(message.track)?.participant.muted(message.track, message.muted);
      case 'track':
        return this.#openTrack(message);
      case 'track-closed':
        this.#ofTrack(message.track)?.participant.closeTrack(message.track, message.reason);
        this.#owners.delete(message.track);
        return undefined;
      case 'caption':
        return this.#hear(message);
      case 'unhear':
        return this.#grid.unhear(message.session, message.speaker);
      case 'ask':
        void this.#ask(message);
        return undefined;
      case 'join':
        return this.#join(message);
      case 'clear':
        this.#clear(message.session);
        return this.#done(message.request);
      case 'leave':
        this.#leave(message.session);
        return this.#done(message.request);
      case 'stats':
        return this.#post({ type: 'done', request: message.request, stats: this.#stats() });
      case 'close':
        void this.#close().finally(() => this.#done(message.request));
        return undefined;
    }
  }

  #done(request: number): void {
    this.#post({ type: 'done', request });
  }

  #ofTrack(track: number): Seat | undefined {
    const session = this.#owners.get(track);
    return session === undefined ? undefined : this.#seats.get(session);
  }

  #join({ session, participant: id, epochUs }: Of<'join'>): void {
    const participant = new Participant(
      this.#models.nets,
      {
        onHop: (hop, earlier, rest) => this.#gatherer.push(session, describable(hop, { earlier, rest })),
        onRest: (resting) => this.#rest(session, resting),
        onTurn: (turn, open, earlier) => this.#turn(session, turn, open, earlier),
        onSignal: (change) => this.#signal(session, change),
        onWish: (track, wish) => this.#post({ type: 'wish', track, wish }),
        onProblem: (error) => this.#problem(session, error),
        onFaceShed: () => {
          this.#counts.facesShed++;
        },
      },
      lookPhaseUs(session),
    );
    this.#seats.set(session, { id, epochUs, participant, shed: 0 });
    this.#grid.join(session, { participantId: id, originUs: epochUs });
    this.#pace();
  }

  /** What others say in the room is heard too: it may be why somebody's affect changes. */
  #hear({ session, caption, speaker }: Of<'caption'>): void {
    const seat = this.#seats.get(session);
    if (!seat) return;
    const own = speaker === undefined || speaker === seat.id;
    seat.participant.caption(caption, own, this.#grid.hear(session, caption, speaker ?? seat.id));
  }

  #turn(session: number, turn: Turn, open: readonly Hop[], earlier: EarlierStages): void {
    const hops = open.map((hop) => describable(hop));
    const empty = { face: undefined, voice: undefined, caption: undefined, sensedMs: undefined };
    const at = { ...empty, ...turn, ...hops.at(-1), closedMs: performance.now(), earlier };
    this.#grid.turn(session, { ...turn, hops, at }).catch((error: unknown) => this.#problem(session, error as Error));
  }

  async #ask({ session, request, question }: Of<'ask'>): Promise<void> {
    try {
      this.#post({ type: 'done', request, reply: await this.#grid.ask(session, question) });
    } catch (error) {
      this.#problem(session, error as Error);
      this.#done(request);
    }
  }

  #openTrack({ session, track, info }: Of<'track'>): void {
    const seat = this.#seats.get(session);
    if (!seat) return;
    this.#owners.set(track, session);
    seat.participant.openTrack(track, info);
  }

  #clear(session: number): void {
    const seat = this.#seats.get(session);
    if (!seat) return;
    seat.participant.clear();
    this.#gatherer.drop(session);
    this.#grid.join(session, { participantId: seat.id, originUs: seat.epochUs });
  }

  #leave(session: number): void {
    const participant = this.#seats.get(session)?.participant;
    participant?.close();
    this.#ingest = addCounts(this.#ingest, participant?.ingestCounts ?? {});
    this.#seats.delete(session);
    this.#gatherer.drop(session);
    this.#grid.leave(session);
    for (const [track, owner] of this.#owners) if (owner === session) this.#owners.delete(track);
    this.#pace();
  }

  #rest(session: number, resting: boolean): void {
    this.#post({ type: 'resting', session, resting });
    this.#pace();
  }

  /** Ticks as often as somebody needs it. */
  #pace(): void {
    const seats = [...this.#seats.values()];
    const resting = seats.every(({ participant }) => participant.resting);
    const tickMs = seats.length === 0 ? 0 : resting ? RESTING_TICK_MS : TICK_MS;
    if (tickMs === this.#tickMs) return;
    clearInterval(this.#ticker);
    this.#tickMs = tickMs;
    this.#tickedUs = nowUs();
    this.#ticker = tickMs > 0 ? setInterval(() => this.#tick(), tickMs) : undefined;
  }

  #tick(): void {
    const atUs = nowUs();
    const blockedUs = atUs - this.#tickedUs - this.#tickMs * 1000;
    this.#tickedUs = atUs;
    // After a blocked turn the packets that came meanwhile are still queued behind this timer: they go first.
    if (blockedUs > MAX_BLOCKED_US && !this.#skipped) {
      this.#skipped = true;
      return;
    }
    this.#skipped = false;
    for (const { participant } of this.#seats.values()) participant.tick(atUs);
  }

  async #run(batch: readonly Waiting<DescribableHop>[]): Promise<void> {
    const rested = batch.filter(({ hop }) => hop.rest === 'stands').length;
    this.#counts.hops += batch.length - rested;
    this.#counts.hopsRested += rested;
    if (rested < batch.length) this.#counts.runs++;
    try {
      await this.#grid.process(batch.map(({ session, hop }) => ({ key: session, hop })));
    } catch (error) {
      for (const { session } of batch) this.#problem(session, error as Error);
    }
  }

  #tell(session: number, event: UnstampedEvent, hop: DescribableHop): void {
    if (event.type === 'affect.description') this.#counts.descriptions++;
    const closedUs = nowUs() - (performance.now() - hop.closedMs) * 1000;
    this.#post({ type: 'event', session, event, closedUs });
  }

  #signal(session: number, change: SignalChange): void {
    const seat = this.#seats.get(session);
    if (!seat) return;
    const event = signalEvent(change, { participant: seat.id, pack: this.pack, originUs: seat.epochUs });
    this.#post({ type: 'event', session, event, closedUs: nowUs() });
  }

  /** Overload sheds the oldest hops of who is behind, and says so once per run of them. */
  #shed(session: number): void {
    this.#counts.hopsShed++;
    const seat = this.#seats.get(session);
    if (!seat || seat.shed++ % 20 !== 0) return;
    this.#problem(
      session,
      Object.assign(
        new Error(
          'The analysis is behind: its oldest hops are dropped. Analyse fewer people on this machine, or give it more workers.',
        ),
        { code: 'overload' },
      ),
    );
  }

  #problem(session: number, error: Error & { code?: string }): void {
    this.#counts.errors++;
    this.#post({ type: 'problem', session, code: error.code ?? 'analysis', message: error.message });
  }

  #stats(): WorkerStats {
    const seats = [...this.#seats.values()];
    return {
      participants: seats.length,
      ...this.#counts,
      hopsWaiting: this.#gatherer.waiting,
      busyMs: performance.eventLoopUtilization().active,
      ingest: seats.reduce((sum, { participant }) => addCounts(sum, participant.ingestCounts), this.#ingest),
    };
  }

  async #close(): Promise<void> {
    clearInterval(this.#ticker);
    for (const session of this.#seats.keys()) this.#leave(session);
    await this.#gatherer.close();
    await this.#grid.close();
    await this.#models.close();
  }
}

/** When in its slots one person's face is looked at: by the golden ratio, which spreads any number of people. */
function lookPhaseUs(session: number): number {
  return LOOK_FROM_US + ((session * GOLDEN) % 1) * LOOK_SPREAD_US;
}
