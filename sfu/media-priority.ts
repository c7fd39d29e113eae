/** Media goes first: what forwards a call is scheduled ahead of what looks at it, where the system lets us. */
import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { basename } from 'node:path';

/** On Linux a nice value of -10 weighs nine times as much as 0; audio servers run there. */
const MEDIA_NICE = -10;

/**
 * Puts a process, or the calling thread, ahead of the rest. False where that takes a right that we do not have (root,
 * CAP_SYS_NICE or LimitNICE=-10) or the system has no thread priorities: everything works then, a little later when it is busy.
 */
export function putMediaFirst(pid?: number): boolean {
  try {
    // Linux schedules threads: one is named as a process is.
    setPriority(pid ?? Number(basename(readlinkSync('/proc/thread-self'))), MEDIA_NICE);
    return true;
  } catch {
    return false;
  }
}
