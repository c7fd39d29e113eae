/** The rows that a model would be given of a file, kept for looking at and for evaluating packs outside Node. */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { FEATURES } from '../../models/index.ts';
import { type Hop, measureFile } from '../../pipeline/index.ts';
import { BenchError } from '../bench-error.ts';

/** Arrays are `[hops][rows * features]`, rounded to 4 digits; a row without evidence is all zero. */
export interface Trace {
  readonly featuresVersion: number;
  readonly hopMs: number;
  readonly face: readonly (readonly number[])[];
  readonly voice: readonly (readonly number[])[];
}

/** Measures a file and writes `<out>/<name>.json`, whole or not at all; returns its path. @throws BenchError */
export async function writeTrace(file: string, out: string, signal: AbortSignal): Promise<string> {
  const hops = await measured(file, signal);
  const trace: Trace = {
    featuresVersion: FEATURES.version,
    hopMs: FEATURES.hopMs,
    face: hops.map(({ face }) => rounded(face)),
    voice: hops.map(({ voice }) => rounded(voice)),
  };
  const path = join(out, `${parse(file).name}.json`);
  await mkdir(out, { recursive: true });
  await writeFile(`${path}.tmp`, `${JSON.stringify(trace)}\n`);
  await rename(`${path}.tmp`, path);
  return path;
}

async function measured(file: string, signal: AbortSignal): Promise<Hop[]> {
  const hops: Hop[] = [];
  try {
    for await (const hop of measureFile(file, { signal })) hops.push(hop);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof Error && 'code' in error)) throw error;
    throw new BenchError('media-unreadable', error.message, error);
  }
  return hops;
}

function rounded(row: Float32Array): number[] {
  return Array.from(row, (value) => Math.round(value * 10_000) / 10_000);
}
