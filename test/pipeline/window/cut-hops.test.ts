import { concat, EMPTY, mergeAll, mergeWith, NEVER, Subject, takeUntil, timer } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { cutHops } from '../../../pipeline/window/cut-hops.ts';
import type { WindowInput } from '../../../pipeline/window/hop.ts';
import { caption, face, faces, tick, voice, voices } from './samples.ts';

type Arrival = readonly [atMs: number, input: WindowInput];

/** Delivers voice at its end and faces 40 ms after capture, plus `delayMs`. */
function inTime(inputs: readonly WindowInput[], delayMs = 0): Arrival[] {
  return inputs.map((input) => {
    if (input.kind === 'voice') return [input.segment.endUs / 1000 + 4 + delayMs, input];
    if (input.kind === 'face') return [input.sample.captureUs / 1000 + 40 + delayMs, input];
    return [delayMs, input];
  });
}

/** Marbles (one frame is one virtual millisecond) for things at given times; what comes together is grouped. */
function timeline<T>(items: readonly (readonly [atMs: number, item: T])[]): {
  marbles: string;
  values: Record<string, T[]>;
} {
  const groups = new Map<number, T[]>();
  for (const [atMs, item] of items) groups.set(atMs, [...(groups.get(atMs) ?? []), item]);
  let marbles = '';
  let now = 0;
  const values: Record<string, T[]> = {};
  [...groups.keys()]
    .sort((a, b) => a - b)
    .forEach((atMs, i) => {
      const key = String.fromCodePoint(0x100 + i);
      values[key] = groups.get(atMs)!;
      marbles += atMs > now ? `${atMs - now}ms ${key} ` : `${key} `;
      now = atMs + 1;
    });
  return { marbles, values };
}

/** Runs `arrivals` through the operator for `untilMs` of virtual time; tells when each hop came, as `start face/voice gaps`. */
function hopsOf(arrivals: readonly Arrival[], untilMs: number): [atMs: number, hop: string][] {
  const hops: [number, string][] = [];
  const scheduler = new TestScheduler(() => undefined);
  scheduler.run(({ cold }) => {
    const { marbles, values } = timeline(arrivals);
    cold(marbles, values)
      .pipe(
        mergeAll(),
        mergeWith(NEVER),
        cutHops({ tickMs: 20, latenessMs: 120, scheduler, nowMs: () => 0 }),
        takeUntil(timer(untilMs, scheduler)),
      )
      .subscribe(({ startUs, gaps, discontinuity }) => {
        hops.push([scheduler.now(), `${startUs / 1000} ${gaps.face}/${gaps.voice}${discontinuity ? '!' : ''}`]);
      });
  });
  return hops;
}

describe('cutHops', () => {
  it('emits each hop with its last segment when all comes in time', () => {
    expect(hopsOf(inTime([...voices(0, 1000), ...faces(10, 1000, 100)]), 1050)).toEqual([
      [504, '0 0/0'],
      [1004, '500 0/0'],
    ]);
  });

  it('holds a hop for late samples, up to the bound', () => {
    const late: Arrival[] = [[590, voice(400)]];
    expect(hopsOf([...inTime([...voices(0, 400), ...faces(10, 500, 100)]), ...late], 600)).toEqual([[590, '0 0/0']]);
  });

  it('emits without samples that come after the bound', () => {
    const late: Arrival[] = [[650, voice(400)]];
    expect(hopsOf([...inTime([...voices(0, 400), ...faces(10, 500, 100)]), ...late], 700)).toEqual([[620, '0 0/1']]);
  });

  it('marks what is missing in the middle', () => {
    const inputs = [voice(0), voice(100), voice(300), voice(400), face(10), face(30), face(410), face(440)];
    expect(hopsOf(inTime(inputs), 550)).toEqual([[504, '0 1/1']]);
  });

  it('catches up at once after a burst', () => {
    const steady = inTime([...voices(0, 500), ...faces(10, 500, 100)]);
    const burst = [...faces(510, 1000, 100), ...voices(500, 1000)].map((input): Arrival => [1110, input]);
    expect(hopsOf([...steady, ...burst], 1115)).toEqual([
      [504, '0 0/0'],
      [1110, '500 0/0'],
    ]);
  });

  it('begins anew where the clock jumps', () => {
    const after = voices(3_600_000, 3_600_500).map((input, i): Arrival => [600 + i * 100, input]);
    expect(hopsOf([...inTime(voices(0, 500)), ...after], 1010)).toEqual([
      [504, '0 3/0'],
      [1000, '3600000 3/0!'],
    ]);
  });

  it('flushes what is open when the source completes', () => {
    const starts: number[] = [];
    const source = new Subject<WindowInput>();
    source
      .pipe(cutHops({ mode: 'offline' }))
      .subscribe({ next: (hop) => starts.push(hop.index), complete: () => starts.push(-1) });
    for (const input of [...voices(0, 700), tick(600)]) source.next(input);
    expect(starts).toEqual([0]);
    source.complete();
    expect(starts).toEqual([0, 1, -1]);
  });

  it('stops its own ticks when unsubscribed or completed', () => {
    const scheduler = new TestScheduler(() => undefined);
    const open = concat(EMPTY, NEVER)
      .pipe(cutHops({ tickMs: 20, scheduler }))
      .subscribe();
    EMPTY.pipe(cutHops({ tickMs: 20, scheduler })).subscribe();
    expect(scheduler.actions.length).toBe(1);
    open.unsubscribe();
    expect(scheduler.actions.length).toBe(0);
  });

  it('carries words along', () => {
    const captions: number[] = [];
    const source = new Subject<WindowInput>();
    source.pipe(cutHops()).subscribe((hop) => captions.push(hop.caption[0]));
    for (const input of [voice(0), caption(300, 'all good'), ...voices(100, 1000)]) source.next(input);
    expect(captions).toEqual([1, 0]);
  });
});
