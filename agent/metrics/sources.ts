/** Reads the gauges and totals of everything that runs, once for each scrape. */
import type { Sfu } from '../../sfu/index.ts';
import type { AuditLog } from '../consent/audit-log.ts';
import type { ConsentLedger } from '../consent/ledger.ts';
import type { AddressLimits } from '../http/address-limits.ts';
import type { Recorder } from '../recording/recorder.ts';
import type { Analysis } from '../rooms/analysis.ts';
import type { AnalysisControl } from '../rooms/control.ts';
import type { RoomDirectory } from '../rooms/directory.ts';
import { answered } from '../answered.ts';
import type { Reading, Sample } from './readings.ts';
import type { SubscriberTally } from './subscriber-tally.ts';

/** A scrape does not wait longer for a worker or the SFU; what they did not say is left out. */
const ANSWER_WITHIN_MS = 2000;

export interface MetricsSources {
  readonly directory: RoomDirectory;
  readonly ledger: ConsentLedger;
  readonly control: AnalysisControl;
  readonly audit: AuditLog;
  readonly recorder?: Recorder | undefined;
  readonly subscribers: SubscriberTally;
  readonly limits: Pick<AddressLimits, 'refused'>;
  readonly sfu: Sfu;
  readonly analysis: Analysis;
}

type WorkerStats = NonNullable<Awaited<ReturnType<Analysis['stats']>>[number]>;

export async function readSources(sources: MetricsSources): Promise<Reading> {
  const [workers = [], sfu = {}] = await Promise.all([
    answered(sources.analysis.stats(), ANSWER_WITHIN_MS),
    answered(sources.sfu.stats(), ANSWER_WITHIN_MS),
  ]);
  return {
    ...ofProcess(sources),
    ...ofWorkers(sources.analysis, workers),
    ...dropped(sources, workers, sfu),
    sfu: byName(sfu, 'name'),
  };
}

function ofProcess({ directory, ledger, control, subscribers, recorder, sfu, analysis }: MetricsSources): Reading {
  const { process: stopped, rooms } = control.stopped;
  const { waiting, furthest } = subscribers.totals;
  return {
    consents: one(ledger.size),
    participants: one(directory.sessions),
    rooms: one(directory.rooms().length),
    analysis_stopped: byName({ process: stopped ? 1 : 0, room: rooms }, 'scope'),
    subscriber_messages_waiting: one(waiting),
    subscriber_messages_waiting_max: one(furthest),
    recorded_bytes: one(recorder?.bytes ?? 0),
    info: [{ labels: { engine: sfu.engine, pack: analysis.pack, provider: analysis.provider }, value: 1 }],
    consent_changes_total: byName(ledger.changes, 'change'),
  };
}

function ofWorkers(analysis: Analysis, stats: ReadonlyArray<WorkerStats | undefined>): Reading {
  const { started, lost } = analysis.workers;
  const each = (read: (worker: WorkerStats) => number): Sample[] =>
    stats.flatMap((worker, index) => (worker ? [{ labels: { worker: String(index) }, value: read(worker) }] : []));
  return {
    workers: byName({ alive: started - lost, lost }, 'state'),
    analysed: one(each(({ participants }) => participants).reduce((sum, { value }) => sum + value, 0)),
    hops_waiting: each(({ hopsWaiting }) => hopsWaiting),
    hops_total: each(({ hops }) => hops),
    hops_rested_total: each(({ hopsRested }) => hopsRested),
    model_runs_total: each(({ runs }) => runs),
    descriptions_total: each(({ descriptions }) => descriptions),
    analysis_errors_total: each(({ errors }) => errors),
    worker_busy_seconds_total: each(({ busyMs }) => busyMs / 1000),
    ingest_total: byName(
      sumOf(stats, ({ ingest }) => ingest),
      'name',
    ),
  };
}

function dropped(
  { subscribers, audit, recorder, ledger, limits }: MetricsSources,
  stats: ReadonlyArray<WorkerStats | undefined>,
  sfu: Readonly<Record<string, number>>,
): Reading {
  const { superseded, givenUp } = subscribers.totals;
  const { late = 0, lost = 0, bad = 0, foreign = 0 } = sumOf(stats, ({ ingest }) => ingest);
  const { hopsShed = 0, facesShed = 0 } = sumOf(stats, (worker) => ({
    hopsShed: worker.hopsShed,
    facesShed: worker.facesShed,
  }));
  const causes = {
    tap_full: sfu['tapDropped'] ?? 0,
    ingest_late: late,
    ingest_lost: lost,
    ingest_refused: bad + foreign,
    hop_behind: hopsShed,
    face_behind: facesShed,
    subscriber_superseded: superseded,
    subscriber_given_up: givenUp,
    limit_requests: limits.refused.requests,
    limit_publishes: limits.refused.publishes,
    limit_attempts: limits.refused.attempts,
    limit_connections: limits.refused.connections,
    audit_unwritten: audit.lost,
    recording_unwritten: recorder?.lost ?? 0,
    receipt_fallen: ledger.fallen,
  };
  return { dropped_total: byName(causes, 'cause') };
}

function sumOf(
  stats: ReadonlyArray<WorkerStats | undefined>,
  read: (worker: WorkerStats) => Readonly<Record<string, number>>,
): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const worker of stats) {
    for (const [name, value] of worker ? Object.entries(read(worker)) : []) sum[name] = (sum[name] ?? 0) + value;
  }
  return sum;
}

function one(value: number): readonly Sample[] {
  return [{ labels: {}, value }];
}

function byName(values: Readonly<Record<string, number>>, label: string): readonly Sample[] {
  return Object.entries(values).map(([name, value]) => ({ labels: { [label]: name }, value }));
}
