/** What this machine can run, measured: the facts that `undertone doctor` prints. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { env } from 'onnxruntime-node';
import { AffectModel } from './affect-model.ts';
import { bundledPackDir } from './pack.ts';
import { PROVIDERS, type ProviderRefusal, probeProviders } from './providers.ts';
import { ModelError } from './runtime/errors.ts';

/** Hops of the timing, after those that warm up. */
const TIMED_HOPS = 24;
const WARM_HOPS = 4;

export interface InspectOptions {
  /** Packs to try besides those that come with the project. */
  readonly packDirs?: readonly string[];
  /** Providers to probe, and to run the packs on, in this order. */
  readonly providers?: readonly string[];
}

/** Milliseconds for one participant, back to back (a paced call is a little slower). */
export interface PackTiming {
  readonly openMs: number;
  readonly hopMs: { readonly p50: number; readonly p90: number };
  /** One description: until its first words, and until its end. */
  readonly firstWordMs: number;
  readonly speakMs: number;
}

export interface PackReport {
  readonly dir: string;
  readonly pack?: string;
  readonly provider?: string;
  readonly variant?: string;
  readonly timing?: PackTiming;
  /** Why the pack cannot be used, and what to do. */
  readonly problem?: { readonly code: string; readonly message: string };
}

export interface RuntimeReport {
  readonly machine: {
    readonly system: string;
    readonly cpu: string;
    readonly cores: number;
    readonly memoryBytes: number;
    readonly node: string;
  };
  readonly onnxruntime: string;
  readonly providers: readonly { readonly provider: string; readonly refusal: ProviderRefusal | undefined }[];
  readonly packs: readonly PackReport[];
}

/** Probes providers, then opens and times each pack. Never throws: what is wrong is in the report. Blocks its thread for about a second a pack. */
export async function inspectRuntime({
  packDirs = [],
  providers = PROVIDERS,
}: InspectOptions = {}): Promise<RuntimeReport> {
  const probed = await probeProviders(providers);
  const working = probed.filter(({ refusal }) => refusal === undefined).map(({ provider }) => provider);
  const packs: PackReport[] = [];
  for (const dir of new Set([...(await bundledPacks()), ...packDirs])) packs.push(await inspectPack(dir, working));
  return {
    machine: {
      system: `${platform()} ${arch()} ${release()}`,
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: availableParallelism(),
      memoryBytes: totalmem(),
      node: process.version,
    },
    onnxruntime: env.versions.node ?? env.versions.common,
    providers: probed,
    packs,
  };
}

/** Folders with a `pack.json` beside the default pack. */
async function bundledPacks(): Promise<string[]> {
  const root = dirname(bundledPackDir());
  const entries = await readdir(root).catch(() => []);
  return entries.map((entry) => join(root, entry)).filter((dir) => existsSync(join(dir, 'pack.json')));
}

async function inspectPack(dir: string, providers: readonly string[]): Promise<PackReport> {
  const startMs = performance.now();
  try {
    await using model = await AffectModel.open({ packDir: dir, providers });
    const openMs = performance.now() - startMs;
    const timing = { openMs, ...(await timeModel(model)) };
    return { dir, pack: model.pack.id, provider: model.provider, variant: model.variant, timing };
  } catch (cause) {
    const code = cause instanceof ModelError ? cause.code : 'unknown';
    return { dir, problem: { code, message: cause instanceof Error ? cause.message : String(cause) } };
  }
}

async function timeModel(model: AffectModel): Promise<Omit<PackTiming, 'openMs'>> {
  const item = { memory: model.createMemory(), said: new Float32Array(model.pack.manifest.saidSize) };
  const times: number[] = [];
  let heard = {
    cues: new Float32Array(model.pack.manifest.cues.length),
    vad: new Float32Array(3),
    vadSd: new Float32Array(3),
    labels: new Float32Array(model.pack.manifest.labels.length),
  };
  for (let hop = 0; hop < WARM_HOPS + TIMED_HOPS; hop += 1) {
    const startMs = performance.now();
    const [heads] = await model.hop([item]);
    if (hop >= WARM_HOPS) times.push(performance.now() - startMs);
    const { cues, vad, vadSd, labels } = heads;
    heard = { cues: cues.slice(), vad: vad.slice(), vadSd: vadSd.slice(), labels: labels.slice() };
  }
  times.sort((a, b) => a - b);
  const startMs = performance.now();
  let firstWordMs = 0;
  for await (const updates of model.speak([{ ...item, ...heard }])) {
    if (updates.some(({ delta }) => delta !== '')) firstWordMs ||= performance.now() - startMs;
  }
  const speakMs = performance.now() - startMs;
  item.memory.close();
  const at = (share: number): number => times[Math.floor(share * (times.length - 1))];
  return { hopMs: { p50: at(0.5), p90: at(0.9) }, firstWordMs: firstWordMs || speakMs, speakMs };
}
