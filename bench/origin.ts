import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { cpus, loadavg, totalmem } from 'node:os';
import { promisify } from 'node:util';
import { z } from 'zod';

/** The machine a figure was made on. It carries no host name, so that a report can be published. */
export interface Machine {
  readonly platform: string;
  readonly arch: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  /** CPU frequency governor (`performance`, `powersave`, ...), null where the system does not tell. */
  readonly governor: string | null;
  /** Load average of the last minute before the run: above 0, something else was running too. */
  readonly loadBefore: number;
}

/** What a figure came from: a number without these three is a rumour. */
export interface Origin {
  readonly machine: Machine;
  readonly version: Readonly<{ undertone: string; node: string; revision: string | null; dirty: boolean | null }>;
  readonly madeAt: string;
}

const run = promisify(execFile);
// From bench/ and from dist/bench/ alike; the sources' own package.json is the nearest upward.
const ROOTS = ['../package.json', '../../package.json'].map((path) => new URL(path, import.meta.url));
const packageSchema = z.object({ name: z.literal('undertone'), version: z.string() });

/** Gathers machine, versions and git revision. What the system does not tell is null, never guessed. */
export async function readOrigin(): Promise<Origin> {
  const { version, root } = await readPackage();
  const [cpu] = cpus();
  return {
    machine: {
      platform: process.platform,
      arch: process.arch,
      cpu: cpu?.model.trim() ?? 'unknown',
      cores: cpus().length,
      memoryGiB: Math.round((totalmem() / 2 ** 30) * 10) / 10,
      governor: await readGovernor(),
      loadBefore: Math.round((loadavg()[0] ?? 0) * 100) / 100,
    },
    version: { undertone: version, node: process.version, ...(await readRevision(root)) },
    madeAt: new Date().toISOString(),
  };
}

async function readPackage(): Promise<{ version: string; root: URL }> {
  for (const url of ROOTS) {
    const text = await readFile(url, 'utf8').catch(() => undefined);
    if (text !== undefined) return { version: packageSchema.parse(JSON.parse(text)).version, root: new URL('.', url) };
  }
  return { version: 'unknown', root: new URL('.', import.meta.url) };
}

async function readGovernor(): Promise<string | null> {
  const text = await readFile('/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor', 'utf8').catch(() => undefined);
  return text?.trim() ?? null;
}

async function readRevision(root: URL): Promise<{ revision: string | null; dirty: boolean | null }> {
  try {
    // An installed package lies inside somebody else's repository: only our own top level counts.
    const prefix = await run('git', ['rev-parse', '--show-prefix'], { cwd: root });
    if (prefix.stdout.trim() !== '') return { revision: null, dirty: null };
    const revision = await run('git', ['rev-parse', 'HEAD'], { cwd: root });
    const status = await run('git', ['status', '--porcelain', '--untracked-files=no'], { cwd: root });
    return { revision: revision.stdout.trim(), dirty: status.stdout.trim() !== '' };
  } catch {
    return { revision: null, dirty: null };
  }
}
