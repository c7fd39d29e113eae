/** What who runs an installation can do to the analysis of people, and what people can ask for what is held of them. */
import { randomUUID } from 'node:crypto';
import { nowUs } from '../../pipeline/index.ts';
import { answered } from '../answered.ts';
import type { Gate } from '../auth/gate.ts';
import type { AuditLog } from '../consent/audit-log.ts';
import type { ConsentLedger, ConsentReceipt } from '../consent/ledger.ts';
import type { AnalysisSwitch } from '../policy/analysis-switch.ts';
import type { Recorder } from '../recording/recorder.ts';
import type { RoomDirectory } from './directory.ts';

/** How long a stop waits for the word that everything is cleared; analysis is off long before that. */
const CONFIRM_WITHIN_MS = 5000;

export interface ControlOptions {
  readonly directory: RoomDirectory;
  readonly switch: AnalysisSwitch;
  readonly ledger: ConsentLedger;
  readonly audit: AuditLog;
  readonly recorder?: Recorder | undefined;
  /** Remembers which tokens count no more, as consent or at all. */
  readonly gate: Gate;
}

/** What a stop did. */
export interface Stopped {
  /** People who were analysed until then. */
  readonly people: number;
  /** False: it is off, but not everything confirmed within five seconds that nothing is held. Restart the process then. */
  readonly cleared: boolean;
  readonly tookMs: number;
  /** Whether it stays stopped over a restart; false without `policy.stopFile` or `audit.path`, or when that cannot be written. */
  readonly kept: boolean;
}

/** What a removal did. */
export interface Removed {
  /** They were in the room until then. */
  readonly present: boolean;
  /** What they were given until now lets them in no more; false in development mode, where everybody may come in. */
  readonly shutOut: boolean;
  /** Whether they stay out over a restart; false without `auth.withdrawalsFile` or `audit.path`. */
  readonly kept: boolean;
}

/** Proof of a deletion; times are ISO 8601 in UTC. */
export interface DeletionReceipt {
  readonly id: string;
  readonly participant: string;
  readonly deletedAt: string;
  /** Files of recorded events that were deleted. */
  readonly recordings: number;
  /** True when analysis was on until then: consent is withdrawn, and what was in memory is cleared. */
  readonly consentWithdrawn: boolean;
}

export class AnalysisControl {
  readonly #options: ControlOptions;

  constructor(options: ControlOptions) {
    this.#options = options;
  }

  /** True while the process, and how many rooms besides, are stopped. */
  get stopped(): { readonly process: boolean; readonly rooms: number } {
    const { switch: turned } = this.#options;
    return { process: turned.processStopped, rooms: turned.stoppedRooms };
  }

  /** Stops all analysis, of one room or of the process, at once. Nobody can consent until {@link resume}. */
  async stop(room?: string, by = 'admin'): Promise<Stopped> {
    const { directory, switch: turned, audit, gate } = this.#options;
    const fromUs = nowUs();
    turned.stop(room);
    // Also of who is not here now: after a stop everybody is asked anew.
    gate.withdrawals.withdrawn(undefined, room);
    const scope = room === undefined ? 'process' : 'room';
    const rooms = directory.rooms(room);
    const people = rooms.flatMap(({ members }) => members).filter(({ analysis }) => analysis !== undefined).length;
    // Off in this same turn of the event loop: every grant is dead before the first await.
    const clearing = Promise.allSettled(rooms.map((one) => one.switched(scope, false)));
    audit.record({ event: 'analysis.stopped', room, reason: by });
    const done = await answered(clearing, CONFIRM_WITHIN_MS);
    const cleared = done?.every(({ status }) => status === 'fulfilled') ?? false;
    const tookMs = (nowUs() - fromUs) / 1000;
    const kept = (await answered(turned.kept, CONFIRM_WITHIN_MS)) ?? false;
    return { people, cleared, tookMs, kept };
  }

  /** Lets people consent again. Nobody's analysis begins by itself: everybody is asked anew. */
  async resume(room?: string, by = 'admin'): Promise<void> {
    const { directory, switch: turned, audit } = this.#options;
    turned.resume(room);
    const scope = room === undefined ? 'process' : 'room';
    const free = directory.rooms(room).filter(({ name }) => turned.stopped(name) === undefined);
    await Promise.all(free.map((one) => one.switched(scope, true)));
    audit.record({ event: 'analysis.resumed', room, reason: by });
  }

  /** Ends somebody's session and media in a room, and lets them in no more by a token or an invitation from before. */
  remove(roomName: string, participant: string, by = 'admin'): Removed {
    const { directory, audit, gate } = this.#options;
    const [room] = directory.rooms(roomName);
    const member = room?.members.find(({ id }) => id === participant);
    // First, so that whoever is thrown out finds the door shut.
    const door = gate.shutOut(participant, roomName, member?.access);
    if (room && member) directory.remove({ room, member });
    audit.record({ event: 'participant.removed', participant, room: roomName, reason: by });
    return { present: member !== undefined, ...door };
  }

  receipts(person?: string): readonly ConsentReceipt[] {
    return this.#options.ledger.receipts(person);
  }

  /** What is stored of somebody, as JSON lines. */
  recorded(participant: string): Promise<string> {
    return this.#options.recorder?.read(participant) ?? Promise.resolve('');
  }

  /**
   * Withdraws somebody's consent wherever it holds, clears what is held of them and deletes what was recorded; they may
   * have left long ago. Their receipts stay, as proof.
   */
  async forget(participant: string): Promise<DeletionReceipt> {
    const { directory, recorder, audit, gate } = this.#options;
    gate.withdrawals.withdrawn(participant);
    let consentWithdrawn = false;
    for (const room of directory.rooms()) {
      for (const member of room.members.filter(({ id }) => id === participant)) {
        consentWithdrawn ||= member.analysis !== undefined;
        await room.withdraw(member, 'deleted');
      }
    }
    const recordings = (await recorder?.delete(participant)) ?? 0;
    const id = randomUUID();
    audit.record({ event: 'data.deleted', participant, receipt: id, files: recordings });
    return { id, participant, deletedAt: new Date().toISOString(), recordings, consentWithdrawn };
  }
}
