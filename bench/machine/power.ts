import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Jetson boards call their input rail by one of these; every other rail is a part of it. */
const INPUT_RAILS = new Set(['VDD_IN', 'POM_5V_IN', 'VIN_SYS_5V0', 'VDD_TOTAL']);
/** INA3221 shows power, not energy: it is sampled this often and summed. */
const SAMPLE_EVERY_MS = 200;

/** Where power is read from. */
export interface PowerMeter {
  readonly source: 'rapl' | 'ina3221';
  /** Starts a measurement; it runs once this has resolved. */
  start(): Promise<PowerRun>;
}

export interface PowerRun {
  /** Ends it: mean power since the start, in watts; null when a reading failed. */
  watts(): Promise<number | null>;
}

/**
 * Finds what this machine's power can be read from: the INA3221 of a Jetson (input rail), or RAPL (all packages; the
 * counters are for root only on many systems). Null where there is neither. `sys` is for tests.
 */
export async function findPowerMeter(sys = '/sys'): Promise<PowerMeter | null> {
  return (await findIna3221(sys)) ?? (await findRapl(sys));
}

async function findRapl(sys: string): Promise<PowerMeter | null> {
  const root = join(sys, 'class/powercap');
  // intel-rapl:0 is a package; intel-rapl:0:1 a part of it, and would be counted twice.
  const packages = (await entries(root))
    .filter((name) => /^intel-rapl:\d+$/.test(name))
    .map((name) => join(root, name));
  const readable: RaplPackage[] = [];
  for (const dir of packages) {
    const [nowUj, wrapUj] = [await number(join(dir, 'energy_uj')), await number(join(dir, 'max_energy_range_uj'))];
    if (nowUj !== null && wrapUj !== null) readable.push({ dir, wrapUj });
  }
  return readable.length === 0 ? null : { source: 'rapl', start: () => startRapl(readable) };
}

interface RaplPackage {
  readonly dir: string;
  /** The counter begins anew here. */
  readonly wrapUj: number;
}

async function startRapl(packages: readonly RaplPackage[]): Promise<PowerRun> {
  const read = (): Promise<(number | null)[]> => Promise.all(packages.map(({ dir }) => number(join(dir, 'energy_uj'))));
  const from = await read();
  const startMs = performance.now();
  return {
    async watts() {
      const to = await read();
      const seconds = (performance.now() - startMs) / 1000;
      let microjoules = 0;
      for (const [index, { wrapUj }] of packages.entries()) {
        const [a, b] = [from[index], to[index]];
        if (typeof a !== 'number' || typeof b !== 'number') return null;
        microjoules += b >= a ? b - a : b - a + wrapUj;
      }
      return microjoules / 1e6 / seconds;
    },
  };
}

async function findIna3221(sys: string): Promise<PowerMeter | null> {
  const root = join(sys, 'class/hwmon');
  for (const name of await entries(root)) {
    const dir = join(root, name);
    if ((await text(join(dir, 'name'))) !== 'ina3221') continue;
    for (const channel of [1, 2, 3]) {
      const label = await text(join(dir, `in${channel}_label`));
      if (label !== null && INPUT_RAILS.has(label)) return { source: 'ina3221', start: () => startIna(dir, channel) };
    }
  }
  return null;
}

async function startIna(dir: string, channel: number): Promise<PowerRun> {
  const samples: number[] = [];
  let failed = false;
  const sample = async (): Promise<void> => {
    const [millivolts, milliamperes] = await Promise.all([
      number(join(dir, `in${channel}_input`)),
      number(join(dir, `curr${channel}_input`)),
    ]);
    if (millivolts === null || milliamperes === null) failed = true;
    else samples.push((millivolts * milliamperes) / 1e6);
  };
  await sample();
  const timer = setInterval(() => void sample(), SAMPLE_EVERY_MS);
  return {
    async watts() {
      clearInterval(timer);
      return failed || samples.length === 0 ? null : samples.reduce((sum, watts) => sum + watts, 0) / samples.length;
    },
  };
}

async function entries(dir: string): Promise<string[]> {
  const names: string[] = await readdir(dir).catch(() => []);
  return names.toSorted((a, b) => a.localeCompare(b));
}

async function text(path: string): Promise<string | null> {
  return (await readFile(path, 'utf8').catch(() => null))?.trim() ?? null;
}

async function number(path: string): Promise<number | null> {
  const read = await text(path);
  const value = read === null || read === '' ? Number.NaN : Number(read);
  return Number.isFinite(value) ? value : null;
}
