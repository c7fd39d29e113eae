import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findPowerMeter } from '../../../bench/machine/power.ts';
import { readThermal, thermalCautions } from '../../../bench/machine/thermal.ts';

let sys = '';
beforeEach(async () => {
  sys = await mkdtemp(join(tmpdir(), 'sys-'));
});
afterEach(async () => {
  vi.useRealTimers();
  await rm(sys, { recursive: true });
});

async function put(files: Readonly<Record<string, string | number>>): Promise<void> {
  for (const [path, value] of Object.entries(files)) {
    await mkdir(dirname(join(sys, path)), { recursive: true });
    await writeFile(join(sys, path), `${value}\n`);
  }
}

describe('reading power', () => {
  it('says nothing where nothing can be read', async () => {
    expect(await findPowerMeter(sys)).toBeNull();
  });

  it('takes the energy of all packages, not of their parts, over the time between, across a wrap of the counter', async () => {
    await put({
      'class/powercap/intel-rapl:0/energy_uj': 9_000_000,
      'class/powercap/intel-rapl:0/max_energy_range_uj': 10_000_000,
      'class/powercap/intel-rapl:0:0/energy_uj': 5,
      'class/powercap/intel-rapl:0:0/max_energy_range_uj': 10_000_000,
      'class/powercap/intel-rapl:1/energy_uj': 1_000_000,
      'class/powercap/intel-rapl:1/max_energy_range_uj': 10_000_000,
    });
    const meter = await findPowerMeter(sys);
    expect(meter?.source).toBe('rapl');
    vi.useFakeTimers({ toFake: ['performance'] });
    const run = await meter?.start();
    await put({
      'class/powercap/intel-rapl:0/energy_uj': 1_000_000,
      'class/powercap/intel-rapl:1/energy_uj': 5_000_000,
    });
    vi.advanceTimersByTime(2000);
    // 2 J across the wrap and 4 J, in 2 s.
    expect(await run?.watts()).toBeCloseTo(3, 1);
  });

  it('reads the input rail of a Jetson, and no other', async () => {
    await put({
      'class/hwmon/hwmon0/name': 'coretemp',
      'class/hwmon/hwmon3/name': 'ina3221',
      'class/hwmon/hwmon3/in1_label': 'VDD_CPU_GPU_CV',
      'class/hwmon/hwmon3/in1_input': 5000,
      'class/hwmon/hwmon3/curr1_input': 200,
      'class/hwmon/hwmon3/in2_label': 'VDD_IN',
      'class/hwmon/hwmon3/in2_input': 5000,
      'class/hwmon/hwmon3/curr2_input': 1800,
    });
    const meter = await findPowerMeter(sys);
    expect(meter?.source).toBe('ina3221');
    expect(await (await meter?.start())?.watts()).toBeCloseTo(9, 6);
  });
});

describe('reading what holds a machine back', () => {
  const calm = { throttleCount: 3, hottestC: 50, clockShare: 1, powerMode: 'MAXN' };

  it('adds up throttling, takes the hottest zone and names the power mode', async () => {
    await put({
      'devices/system/cpu/cpu0/thermal_throttle/core_throttle_count': 2,
      'devices/system/cpu/cpu1/thermal_throttle/core_throttle_count': 5,
      'devices/system/cpu/cpu0/cpufreq/scaling_cur_freq': 1_000_000,
      'devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq': 2_000_000,
      'class/thermal/thermal_zone0/temp': 41_000,
      'class/thermal/thermal_zone7/temp': 88_500,
      nvpmodel: 'pmode:0002',
    });
    const state = await readThermal(sys, join(sys, 'nvpmodel'));
    expect(state).toEqual({ throttleCount: 7, hottestC: 88.5, clockShare: 0.5, powerMode: 'pmode:0002' });
  });

  it('says null of what the system does not tell, and warns of nothing then', async () => {
    const unknown = await readThermal(sys, join(sys, 'nvpmodel'));
    expect(unknown).toEqual({ throttleCount: null, hottestC: null, clockShare: null, powerMode: null });
    expect(thermalCautions(unknown, unknown)).toEqual([]);
  });

  it('warns of throttling, of low clocks and of another power mode', () => {
    expect(thermalCautions(calm, calm)).toEqual([]);
    expect(thermalCautions(calm, { ...calm, throttleCount: 5 })).toEqual([
      expect.stringContaining('throttled 2 times'),
    ]);
    expect(thermalCautions(calm, { ...calm, clockShare: 0.6, powerMode: '15W' })).toHaveLength(2);
  });
});
