/** What stands between people and their analysis: the audit log, consent, the switch that stops all, and recordings. */
import type { Logger } from 'pino';
import { Withdrawals } from './auth/withdrawals.ts';
import { ConfigError } from './config/config-error.ts';
import { asksForTokens } from './config/deployment.ts';
import type { Config } from './config/schema.ts';
import { AuditLog } from './consent/audit-log.ts';
import { ConsentLedger } from './consent/ledger.ts';
import { receiptWriter } from './consent/receipt.ts';
import { AnalysisSwitch } from './policy/analysis-switch.ts';
import { StopFile } from './policy/stop-file.ts';
import { visibilityOf, type Visibility } from './policy/visibility.ts';
import { isRecorded } from './policy/words.ts';
import type { Receipt } from './protocol/server-messages.ts';
import { Recorder } from './recording/recorder.ts';

export interface Safeguards {
  readonly audit: AuditLog;
  readonly ledger: ConsentLedger;
  readonly switch: AnalysisSwitch;
  readonly visibility: Visibility;
  /** There when any room is recorded. */
  readonly recorder: Recorder | undefined;
  /** The words that people agree to in a room. */
  readonly receiptOf: (room: string) => Receipt;
  /** Writes what is still to be written. Idempotent. */
  close(): Promise<void>;
}

/** @throws {ConfigError} when the folder of recordings, or the record of what is stopped, cannot be used */
export async function openSafeguards(config: Config, log: Logger): Promise<Safeguards> {
  const audit = openAudit(config, log);
  const recorder = await openRecorder(config, audit, log);
  const turned = await openSwitch(config, log);
  const receiptOf = receiptWriter(config);
  const ledger = new ConsentLedger({
    purposes: config.policy.purposes,
    audit,
    receiptVersion: (room) => receiptOf(room).version,
  });
  return {
    audit,
    ledger,
    switch: turned,
    visibility: visibilityOf(config),
    recorder,
    receiptOf,
    async close() {
      await recorder?.close();
      await turned.kept;
      await audit.close();
    },
  };
}

/**
 * Who withdrew, for those who come with tokens: kept over restarts in `auth.withdrawalsFile`, else beside the audit log.
 * @throws {ConfigError} when the file cannot be used, or is damaged
 */
export function openWithdrawals({ auth, audit }: Config, log: Logger): Withdrawals {
  const { maxTtlS, withdrawalsFile } = auth;
  if (!asksForTokens(auth)) return new Withdrawals({ maxTtlS });
  const path = withdrawalsFile ?? besideAudit(audit, 'withdrawals');
  if (path === undefined)
    log.info(
      'withdrawn consents are remembered until this process ends, so tokens that carry a consent from before it are refused; auth.withdrawalsFile or audit.path keep them',
    );
  const onFailure = (error: unknown): void =>
    log.error(
      { err: error },
      `withdrawn consents cannot be written to ${path}, and a restart would forget the newest; make room there or let this user write it`,
    );
  return new Withdrawals({ maxTtlS, path, onFailure });
}

function besideAudit({ path }: Config['audit'], ending: string): string | undefined {
  return path === undefined ? undefined : `${path}.${ending}`;
}

function openAudit({ audit, deployment }: Config, log: Logger): AuditLog {
  const { path, maxBytes, keep } = audit;
  const opened = new AuditLog({ log, file: path === undefined ? undefined : { path, maxBytes, keep } });
  opened.record({ event: 'agent.started', context: deployment.context, reason: deployment.basis?.reference });
  return opened;
}

/**
 * What is stopped: kept over restarts in `policy.stopFile`, else beside the audit log.
 * @throws {ConfigError} when the file cannot be used, or is damaged
 */
async function openSwitch({ policy, audit }: Config, log: Logger): Promise<AnalysisSwitch> {
  const path = policy.stopFile ?? besideAudit(audit, 'stop');
  if (path === undefined) return new AnalysisSwitch();
  const onFailure = (error: unknown): void =>
    log.error(
      { err: error },
      `what is stopped cannot be written to ${path}: after a restart it is as it was written last; make room there or let this user write it, and stop or resume again`,
    );
  const opened = new AnalysisSwitch({ file: await StopFile.open(path), onFailure });
  const rooms = opened.stoppedRooms;
  if (opened.processStopped) log.warn('all analysis is stopped, since before this start; "undertone resume" ends that');
  else if (rooms > 0) log.warn({ rooms }, 'analysis in some rooms is stopped, since before this start');
  return opened;
}

/** There when any room is recorded. @throws {ConfigError} when its folder cannot be used */
async function openRecorder(config: Config, audit: AuditLog, log: Logger): Promise<Recorder | undefined> {
  const { rooms, folder, ttlHours, maxBytes } = config.recording;
  if (rooms.length === 0 || folder === undefined) return undefined;
  try {
    return await Recorder.open({
      folder,
      ttlMs: ttlHours * 3_600_000,
      maxBytes,
      records: (room) => isRecorded(config, room),
      onExpired: (files) => audit.record({ event: 'recording.expired', files }),
      onFailure: (error) => log.error({ err: error }, 'recording failed (recording.folder); what is lost is counted'),
    });
  } catch (cause) {
    const message = `recording.folder "${folder}" cannot be used. Choose one that this user may write, or record no rooms.`;
    throw new ConfigError('config-invalid', message, { cause });
  }
}
