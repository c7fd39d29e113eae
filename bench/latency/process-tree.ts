/** What a process and everything that it started take of the machine, read from Linux's /proc: an SFU may be a child of the agent. */
import { readdir, readFile } from 'node:fs/promises';

/** Linux counts CPU time in these, whatever the kernel's tick is (`sysconf(_SC_CLK_TCK)` is 100 everywhere Node runs). */
const TICKS_PER_SECOND = 100;

/**
 * CPU time in ms that a process and its descendants have used so far, all threads, those that have ended included.
 * Null where the system does not tell (anything but Linux, or no such process).
 */
export async function cpuMsOfTree(root: number | undefined): Promise<number | null> {
  const tree = await readTree(root);
  return tree === null ? null : (tree.reduce((sum, { ticks }) => sum + ticks, 0) / TICKS_PER_SECOND) * 1000;
}

/** Memory in bytes that a process and its descendants hold now (resident sets; what they share counts for each); null as above. */
export async function residentBytesOfTree(root: number | undefined): Promise<number | null> {
  const tree = await readTree(root);
  if (tree === null) return null;
  const sizes = await Promise.all(tree.map(({ pid }) => residentBytes(pid)));
  return sizes.reduce((sum, bytes) => sum + bytes, 0);
}

interface Entry {
  readonly pid: number;
  readonly parent: number;
  readonly ticks: number;
}

/** The process first, then whoever descends from it. By parents, not by `/proc/PID/task/TID/children`, which not every kernel has. */
async function readTree(root: number | undefined): Promise<Entry[] | null> {
  const names = await readdir('/proc').catch((): string[] => []);
  const all = await Promise.all(names.filter((name) => /^\d+$/.test(name)).map((name) => readEntry(Number(name))));
  const known = all.filter((entry) => entry !== undefined);
  const first = known.find(({ pid }) => pid === root);
  if (first === undefined) return null;
  const tree = [first];
  for (const { pid } of tree) tree.push(...known.filter(({ parent }) => parent === pid));
  return tree;
}

async function readEntry(pid: number): Promise<Entry | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  // The second field, the name, may hold blanks and brackets: count from behind it. The parent is field 4; utime, stime,
  // cutime and cstime (of children that have ended and were waited for) are 14 to 17.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return { pid, parent: Number(fields[1]), ticks };
}

/** 0 for who has just ended. */
async function residentBytes(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0) * 1024;
}
