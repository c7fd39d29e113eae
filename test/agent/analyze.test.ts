import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, truncateSync, copyFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { affectEventSchema, type AffectEvent, type AffectState, type Description } from '../../pipeline/index.ts';
import { sharedClip } from '../support/machine.ts';

const cli = fileURLToPath(new URL('../../dist/agent/cli/main.js', import.meta.url));
const run = promisify(execFile);

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function undertone(...args: string[]): Promise<Outcome> {
  try {
    const { stdout, stderr } = await run(process.execPath, [cli, ...args], { maxBuffer: 64 << 20 });
    return { code: 0, stdout, stderr };
  } catch (error) {
    return error as Outcome;
  }
}

async function eventsOf(file: string, ...args: string[]): Promise<AffectEvent[]> {
  const { code, stdout, stderr } = await undertone('analyze', file, ...args);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return stdout
    .trim()
    .split('\n')
    .map((line) => affectEventSchema.parse(JSON.parse(line)));
}

const states = (events: readonly AffectEvent[]): AffectState[] =>
  events.filter((event) => event.type === 'affect.state');
const descriptions = (events: readonly AffectEvent[]): Description[] =>
  events.filter((event) => event.type === 'affect.description');
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const valenceBetween = (events: readonly AffectEvent[], fromMs: number, toMs: number): number =>
  mean(
    states(events)
      .filter(({ startMs, endMs }) => startMs >= fromMs && endMs <= toMs)
      .map(({ valence }) => valence.mean),
  );

const tears = sharedClip('tears-to-laughter.mp4');
const smile = sharedClip('neutral-to-smile.mp4');
const missing = !existsSync(tears) || !existsSync(smile);
if (missing) console.warn('SKIPPED: the real clips (../shared/media) are missing.');

describe.skipIf(missing)('on a real clip that goes from tears to laughter', () => {
  let events: AffectEvent[];
  beforeAll(async () => {
    events = await eventsOf(tears, '--every-hop');
  });

  test('valence is negative in tears and positive in laughter', () => {
    expect(valenceBetween(events, 1000, 6000)).toBeLessThan(-0.1);
    expect(valenceBetween(events, 12_000, 19_500)).toBeGreaterThan(0.3);
  });

  test('the turn is placed within 1.5 s of when the hand leaves the face and she laughs', () => {
    // Behind the hand it may seem glad, but not beyond doubt.
    const glad = ({ valence }: { readonly valence: { readonly mean: number; readonly sd: number } }): boolean =>
      valence.mean > valence.sd;
    const lasting = states(events).find(({ startMs }) =>
      states(events).every((later) => later.startMs < startMs || glad(later)),
    );
    expect(Math.abs((lasting?.endMs ?? Infinity) - 9750)).toBeLessThanOrEqual(1500);
  });

  test('the words follow: what is said early and late differs as the labels do', () => {
    const said = descriptions(events);
    expect(said.some(({ endMs }) => endMs < 7000)).toBe(true);
    expect(said.some(({ startMs, valence }) => startMs > 10_000 && valence.mean > 0.3)).toBe(true);
    expect(new Set(said.map(({ text }) => text)).size).toBeGreaterThan(2);
  });

  test('every event is stamped in order, in media time', () => {
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i));
    for (const { startMs, endMs } of events) {
      expect(startMs).toBeLessThanOrEqual(endMs);
      expect(endMs).toBeLessThanOrEqual(20_500);
    }
  });
});

describe.skipIf(missing)('on a real clip of a smile', () => {
  test('the smile is seen: named as evidence or in the labels, with positive valence', async () => {
    const events = await eventsOf(smile, '--every-hop');
    expect(valenceBetween(events, 1000, 2500)).toBeGreaterThan(0.25);
    const evidence = descriptions(events).flatMap((event) =>
      event.evidence.map(({ cue, direction }) => `${cue} ${direction}`),
    );
    expect(evidence.join('; ')).toMatch(/smil|lip corners|cheek/);
  });

  test('text and html are for people', async () => {
    const text = await undertone('analyze', smile, '--format', 'text');
    expect(text.stdout).toMatch(/valence [+-]\d\.\d\d ±/);
    const html = await undertone('analyze', smile, '--format', 'html');
    expect(html.stdout).toMatch(/^<!doctype html>/);
    expect(html.stdout).toContain('<polyline');
    expect(html.stdout).not.toMatch(/(src|href)="http/);
  });
});

describe('on bad input', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'undertone-analyze-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  test('each failure says what is wrong, on standard error, with status 1 and no stack', async () => {
    const empty = join(folder, 'empty.mp4');
    const text = join(folder, 'text.mp4');
    writeFileSync(empty, '');
    writeFileSync(text, 'this is no film\n'.repeat(100));
    for (const file of [empty, text, folder, join(folder, 'nowhere.mp4')]) {
      const { code, stdout, stderr } = await undertone('analyze', file);
      expect(code).toBe(1);
      expect(stdout).toBe('');
      expect(stderr).toContain(file);
      expect(stderr).not.toMatch(/\n\s+at /);
    }
  });

  test.skipIf(missing)('a cut-off film is analysed as far as it goes, with a warning', async () => {
    const cut = join(folder, 'cut.mp4');
    copyFileSync(tears, cut);
    truncateSync(cut, 900_000);
    const { code, stdout, stderr } = await undertone('analyze', cut);
    expect(code).toBe(0);
    expect(stderr).toContain(cut);
    expect(stdout).toContain('affect.description');
  });
});
