/** Larger than the caches of most machines: what is read of it comes from memory. */
const STREAM_BYTES = 256 * 2 ** 20;
const REPEATS = 7;
const RESIDENT_BYTES_READ = 64 * 2 ** 20;

export interface Bandwidth {
  /** Reading far more than the caches hold, in GB/s (10^9). */
  readonly streamGBps: number;
  /** Reading `residentBytes` again and again, which the caches may hold. */
  readonly residentGBps: number;
  readonly residentBytes: number;
}

/**
 * Measures on this thread how fast memory can be read and nothing else be done: `memchr` for a byte that is not
 * there, the best of several times. It is what a decoder that reads all its weights for every token cannot beat.
 */
export function measureBandwidth(residentBytes: number): Bandwidth {
  // Written to, because pages that never were are all one page of zeros, which the caches hold.
  const stream = Buffer.alloc(STREAM_BYTES, 2);
  const streamGBps = best(stream, 1);
  const resident = stream.subarray(0, residentBytes);
  return { streamGBps, residentGBps: best(resident, Math.ceil(RESIDENT_BYTES_READ / residentBytes)), residentBytes };
}

function best(buffer: Buffer, times: number): number {
  let bestGBps = 0;
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const startMs = performance.now();
    for (let i = 0; i < times; i++) if (buffer.includes(1)) throw new Error('there is no 1 among these 2s');
    bestGBps = Math.max(bestGBps, (buffer.length * times) / 1e6 / (performance.now() - startMs));
  }
  return bestGBps;
}
