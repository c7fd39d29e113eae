import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { measureQuality } from '../../../bench/quality/quality-command.ts';
import { qualityTable } from '../../../bench/quality/quality-table.ts';
import { makeWorkbook } from '../workbook.ts';
import { writeSmallWheel } from './small-wheel.ts';

let wheel = '';
let folder = '';

beforeEach(async () => {
  wheel = await writeSmallWheel();
  folder = await mkdtemp(join(tmpdir(), 'predictions-'));
});

afterEach(async () => {
  await rm(wheel, { recursive: true });
  await rm(folder, { recursive: true });
});

async function predictions(...lines: unknown[]): Promise<string> {
  const file = join(folder, `${Math.random()}.jsonl`);
  await writeFile(file, lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join(''));
  return file;
}

const mixed = [
  { gold: ['happy', 'excited'], pred: ['joyful'] },
  { gold: 'happy', pred: ['joyful'] },
  '',
  { gold: 'neutral', pred: [] },
  { gold: -0.6, pred: 'negative' },
];

describe('bench quality', () => {
  it('scores a file of all three tasks with a wheel folder read from disk', async () => {
    const [report] = await measureQuality({ wheel, predictions: [await predictions(...mixed)] });
    expect(report?.metrics?.level1.f).toBeCloseTo(0.8, 10);
    expect(report?.metrics?.level2.f).toBeCloseTo(0.4, 10);
    expect(report).toMatchObject({
      hitRate: 1,
      sentiment: { waf: 1, accuracy: 1, n: 1 },
      counts: { lines: 4, noGoldOnAnyWheel: 1 },
    });
    expect(report?.version.node).toBe(process.version);
  });

  it('shows several files side by side for people', async () => {
    const files = [await predictions(...mixed), await predictions({ gold: ['happy'], pred: ['angry'] })];
    const table = qualityTable(await measureQuality({ wheel, predictions: files }));
    expect(table).toMatch(/set F, level 1 +\| +80\.00 \| +0\.00 \|/);
    expect(table).toMatch(/hit rate +\| +100\.00 \| +– \|/);
  });

  it('needs no wheel for sentiment alone, and asks for one as soon as there are labels', async () => {
    const alone = await measureQuality({ predictions: [await predictions({ gold: 1, pred: 'positive' })] });
    expect(alone[0]?.sentiment?.waf).toBe(1);
    await expect(measureQuality({ predictions: [await predictions(...mixed)] })).rejects.toMatchObject({
      code: 'wheel-needed',
    });
  });

  it('names the line that is malformed', async () => {
    const file = await predictions({ gold: 1, pred: 'positive' }, 'oops');
    await expect(measureQuality({ wheel, predictions: [file] })).rejects.toThrow(`${file}:2`);
  });

  it('says what is missing from a wheel folder', async () => {
    const file = await predictions(...mixed);
    await expect(measureQuality({ wheel: folder, predictions: [file] })).rejects.toMatchObject({
      code: 'wheel-file-missing',
    });
    await writeFile(
      join(wheel, 'wheel3.xlsx'),
      makeWorkbook([
        ['level1', 'level3'],
        ['a', 'b'],
      ]),
    );
    await expect(measureQuality({ wheel, predictions: [file] })).rejects.toThrow(/wheel3\.xlsx has no column level2/);
    await writeFile(join(wheel, 'wheel3.xlsx'), 'not a workbook');
    await expect(measureQuality({ wheel, predictions: [file] })).rejects.toMatchObject({
      code: 'wheel-file-unreadable',
    });
  });

  it('says so when a predictions file is missing, a folder or empty', async () => {
    for (const file of [join(folder, 'none.jsonl'), folder, await predictions()]) {
      await expect(measureQuality({ wheel, predictions: [file] })).rejects.toMatchObject({
        code: 'predictions-unreadable',
      });
    }
  });

  it('prints JSON on standard output as a program, and errors without a stack on standard error', async () => {
    const main = fileURLToPath(new URL('../../../bench/main.ts', import.meta.url));
    const run = (...args: string[]): Promise<{ stdout: string }> =>
      promisify(execFile)(process.execPath, ['--import', 'tsx', main, 'quality', ...args]);
    const { stdout } = await run('--wheel', wheel, '--predictions', await predictions(...mixed), '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      hitRate: 1,
      metrics: { level1: { perWheel: expect.any(Array) as unknown } },
    });
    await expect(run('--wheel', wheel, '--predictions', join(folder, 'none.jsonl'))).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^undertone bench: .*none\.jsonl cannot be read.*\n$/) as unknown,
    });
  });
});
