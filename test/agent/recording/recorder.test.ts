import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AffectEvent } from '../../../pipeline/index.ts';
import { Recorder, type RecorderOptions } from '../../../agent/recording/recorder.ts';
import { description } from '../fakes.ts';

const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2026, 0, 1);

let folder: string;
let nowMs: number;
let recorder: Recorder;
const expired: number[] = [];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'undertone-recording-'));
  nowMs = START_MS;
  expired.length = 0;
  recorder = await open();
});
afterEach(async () => {
  await recorder.close();
  rmSync(folder, { recursive: true, force: true });
});

function open(options: Partial<RecorderOptions> = {}): Promise<Recorder> {
  return Recorder.open({
    folder,
    ttlMs: 2 * HOUR_MS,
    maxBytes: 1e6,
    records: (room) => room === 'lab',
    onExpired: (files) => expired.push(files),
    onFailure: () => {},
    now: () => nowMs,
    ...options,
  });
}

function event(participant: string, text: string, room = 'lab'): AffectEvent {
  return { ...description(participant, text), room, seq: 0 };
}

const files = (): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.jsonl'));

describe('Recorder', () => {
  it('stores events of the rooms that are recorded, and of no others', async () => {
    recorder.event(event('mia', 'Appears calm.'));
    recorder.event(event('mia', 'Appears tense.', 'lobby'));
    const stored = (await recorder.read('mia'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(stored).toMatchObject([{ at: '2026-01-01T00:00:00.000Z', text: 'Appears calm.', room: 'lab' }]);
    expect(recorder.stored).toBe(1);
  });

  it('names nobody and no room in the names of its files, and lets only its owner read them', async () => {
    recorder.event(event('mia', 'Appears calm.'));
    await recorder.read('mia');
    expect(files()).toHaveLength(1);
    expect(files()[0]).not.toMatch(/mia|lab/);
    expect(statSync(join(folder, files()[0] ?? '')).mode & 0o077).toBe(0);
  });

  it('stores no words that somebody said, and none that are not final', async () => {
    const { labels } = description('mia');
    const reading = { valence: 0, arousal: 0, dominance: 0, labels };
    const common = { participant: 'mia', room: 'lab', pack: 'fake@1', seq: 0, startMs: 0, endMs: 500 };
    const utterance = { participant: 'robin', own: false, startMs: 0, endMs: 400, text: 'secret words' };
    const numbers = { from: reading, to: reading, size: 0.5, confidence: 0.5 };
    recorder.event({ type: 'affect.shift', ...common, id: 's', ...numbers, cause: { utterance, score: 1 } });
    recorder.event({ type: 'affect.delta', ...common, id: 'd', version: 1, text: 'Appears c' });
    const stored = await recorder.read('mia');
    expect(stored).toContain('"participant":"robin"');
    expect(stored).not.toContain('secret words');
    expect(stored).not.toContain('affect.delta');
  });

  it('deletes an event when its time is up, however long the call goes on', async () => {
    recorder.event(event('mia', 'early'));
    await recorder.read('mia');
    nowMs += 1.5 * HOUR_MS;
    recorder.event(event('mia', 'late'));
    await recorder.read('mia');
    nowMs = START_MS + 2 * HOUR_MS;
    await recorder.sweep();
    const left = await recorder.read('mia');
    expect([left.includes('early'), left.includes('late')]).toEqual([false, true]);
    expect(expired).toEqual([1]);
    nowMs += 2 * HOUR_MS;
    await recorder.sweep();
    expect(readdirSync(folder)).toEqual([]);
    expect(recorder.bytes).toBe(0);
  });

  it('deletes at its start what came due while it was not running, and leaves files of others alone', async () => {
    recorder.event(event('mia', 'early'));
    await recorder.close();
    writeFileSync(join(folder, 'notes.txt'), 'mine');
    nowMs += 3 * HOUR_MS;
    recorder = await open();
    expect([files(), readdirSync(folder)]).toEqual([[], ['notes.txt']]);
  });

  it('deletes everything of a person, what still waits to be written too, and nothing of others', async () => {
    recorder.event(event('mia', 'one'));
    await recorder.read('mia');
    nowMs += HOUR_MS;
    recorder.event(event('mia', 'two'));
    recorder.event(event('robin', 'three'));
    expect(await recorder.delete('mia')).toBe(1);
    expect(await recorder.read('mia')).toBe('');
    expect(await recorder.read('robin')).toContain('three');
    recorder.event(event('mia', 'four'));
    expect(await recorder.read('mia')).toContain('four');
  });

  it('deletes what is of one room and keeps the others', async () => {
    await recorder.close();
    recorder = await open({ records: () => true });
    recorder.event(event('mia', 'one', 'lab'));
    recorder.event(event('mia', 'two', 'studio'));
    await recorder.read('mia');
    expect(await recorder.delete('mia', 'lab')).toBe(1);
    expect(await recorder.read('mia')).toMatch(/^[^\n]*two[^\n]*\n$/);
  });

  it('stores nothing beyond its bytes until something has expired, and counts what falls', async () => {
    await recorder.close();
    recorder = await open({ maxBytes: 1000 });
    for (let n = 0; n < 10; n++) {
      recorder.event(event('mia', `event ${n}`));
      await recorder.read('mia');
    }
    expect(recorder.lost).toBeGreaterThan(5);
    expect(recorder.stored + recorder.lost).toBe(10);
    nowMs += 3 * HOUR_MS;
    await recorder.sweep();
    recorder.event(event('mia', 'again'));
    expect(await recorder.read('mia')).toContain('again');
  });

  it('bounds what waits for the disk', async () => {
    await recorder.close();
    recorder = await open({ maxBytes: 1e9 });
    for (let n = 0; n < 10_050; n++) recorder.event(event('mia', 'x'));
    expect(recorder.lost).toBe(50);
  });
});
