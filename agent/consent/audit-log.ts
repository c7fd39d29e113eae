/** What happened to people's consent and data: to the log of the process, and to a file where one is configured. */
import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import { AuditFile, type AuditFileOptions } from './audit-file.ts';

/** One thing that happened. It holds no media, no words, and no names but the platform's own participant ids. */
export interface AuditEntry {
  readonly event:
    | 'agent.started'
    | 'consent.granted'
    | 'consent.withdrawn'
    | 'consent.cleared'
    | 'analysis.stopped'
    | 'analysis.resumed'
    | 'data.deleted'
    | 'participant.removed'
    | 'recording.expired';
  readonly participant?: string | undefined;
  /** What the platform calls this person. */
  readonly externalId?: string | undefined;
  /** Written down as a tag ({@link roomTag}). */
  readonly room?: string | undefined;
  readonly receipt?: string | undefined;
  readonly receiptVersion?: string | undefined;
  readonly purposes?: readonly string[] | undefined;
  readonly reason?: string | undefined;
  readonly context?: string | undefined;
  readonly tookMs?: number | undefined;
  readonly files?: number | undefined;
}

export interface AuditLogOptions {
  readonly log: Logger;
  /** Where the lines go besides; nowhere when it is not given. */
  readonly file?: Omit<AuditFileOptions, 'onFailure'> | undefined;
}

export class AuditLog {
  readonly #log: Logger;
  readonly #file: AuditFile | undefined;

  constructor({ log, file }: AuditLogOptions) {
    this.#log = log;
    if (file === undefined) return;
    const onFailure = (error: unknown): void =>
      log.error({ err: error }, 'the audit log cannot be written (audit.path); what is not written is counted');
    this.#file = new AuditFile({ ...file, onFailure });
  }

  /** Lines that could not be written to the file. */
  get lost(): number {
    return this.#file?.lost ?? 0;
  }

  /** Returns at once. */
  record({ room, externalId, ...rest }: AuditEntry): void {
    const entry = { ...rest, ...(room === undefined ? {} : { room: roomTag(room) }) };
    // Some platforms call people by their mail address: that belongs into the file that was asked for, not into every log.
    this.#log.info({ audit: true, ...entry }, entry.event);
    this.#file?.add({ at: new Date().toISOString(), ...entry, externalId });
  }

  /** Resolves when everything is on disk, or counted as lost. */
  async close(): Promise<void> {
    await this.#file?.close();
  }
}

/** A room's name in logs: people put their names into room names. */
export function roomTag(room: string): string {
  return createHash('sha256').update(room).digest('hex').slice(0, 8);
}
