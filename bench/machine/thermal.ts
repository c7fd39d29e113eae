import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Below this share of the highest clock, cores that work are held back by something. */
const HELD_BACK = 0.8;

/** What can hold a machine back, as it stands at one moment. What the system does not tell is null. */
export interface ThermalState {
  /** Times that a core was throttled since the start of the machine, all cores together. */
  readonly throttleCount: number | null;
  /** The hottest zone, in degrees Celsius. */
  readonly hottestC: number | null;
  /** Clock of the cores now over the highest they have, 0..1. */
  readonly clockShare: number | null;
  /** The power mode by name: nvpmodel's on a Jetson, the platform profile elsewhere. */
  readonly powerMode: string | null;
}

/** Reads it from `sys` (and a Jetson's `/var/lib/nvpmodel/status`); never fails. The roots are for tests. */
export async function readThermal(sys = '/sys', nvpmodel = '/var/lib/nvpmodel/status'): Promise<ThermalState> {
  const cpus = await globbed(join(sys, 'devices/system/cpu'), /^cpu\d+$/);
  const throttled = await numbers(cpus.map((cpu) => join(cpu, 'thermal_throttle/core_throttle_count')));
  const zones = await numbers(
    (await globbed(join(sys, 'class/thermal'), /^thermal_zone\d+$/)).map((zone) => join(zone, 'temp')),
  );
  const now = await numbers(cpus.map((cpu) => join(cpu, 'cpufreq/scaling_cur_freq')));
  const most = await numbers(cpus.map((cpu) => join(cpu, 'cpufreq/cpuinfo_max_freq')));
  return {
    throttleCount: throttled.length === 0 ? null : sum(throttled),
    hottestC: zones.length === 0 ? null : Math.max(...zones) / 1000,
    clockShare: now.length === 0 || now.length !== most.length ? null : sum(now) / sum(most),
    powerMode: (await text(nvpmodel)) ?? (await text(join(sys, 'firmware/acpi/platform_profile'))),
  };
}

/** What of these two states a reader must know before believing a figure that was made between them. */
export function thermalCautions(before: ThermalState, after: ThermalState): string[] {
  const cautions: string[] = [];
  const throttled = (after.throttleCount ?? 0) - (before.throttleCount ?? 0);
  if (throttled > 0) cautions.push(`The cores were throttled ${throttled} times: these figures are of a hot machine.`);
  if (after.clockShare !== null && after.clockShare < HELD_BACK)
    cautions.push(`At the end the cores ran at ${Math.round(after.clockShare * 100)} % of their highest clock.`);
  if (before.powerMode !== after.powerMode)
    cautions.push(`The power mode changed from ${before.powerMode} to ${after.powerMode} meanwhile.`);
  return cautions;
}

async function globbed(dir: string, pattern: RegExp): Promise<string[]> {
  const names = await readdir(dir).catch(() => []);
  return names.filter((name) => pattern.test(name)).map((name) => join(dir, name));
}

/** Those that can be read. */
async function numbers(paths: readonly string[]): Promise<number[]> {
  const read = await Promise.all(paths.map(text));
  return read
    .filter((value) => value !== null && value !== '')
    .map(Number)
    .filter(Number.isFinite);
}

async function text(path: string): Promise<string | null> {
  return (await readFile(path, 'utf8').catch(() => null))?.trim() ?? null;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
