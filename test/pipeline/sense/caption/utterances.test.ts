import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { labelledLines, readAll, right, share, table, telling, trusted, turned } from './measure.ts';
import { DEVELOPMENT, HELD_OUT } from './utterances.ts';

const file = (url: string) => labelledLines(readFileSync(new URL(url, import.meta.url), 'utf8'));

describe('the sign of what people say', () => {
  const heldOut = readAll(file('./held-out.txt'));
  const older = readAll(HELD_OUT);
  const development = readAll(file('../../../../models/training/captions/said/development.txt'));
  const learned = readAll(DEVELOPMENT);

  beforeAll(() => {
    console.log(`${table('held out', heldOut)}\n\n${table('held out, older set', older)}`);
    console.log(table('development', development));
  });

  it('is measured on 200 utterances of the kinds that mislead a reader, none of them learned', () => {
    expect(heldOut.length).toBe(200);
    expect([1, 0, -1].map((sign) => heldOut.filter((u) => u.sign === sign).length)).toEqual([69, 42, 89]);
    const known = new Set([...development, ...learned].map(({ text }) => text));
    expect([...heldOut, ...older].filter(({ text }) => known.has(text))).toEqual([]);
  });

  it('is right about what was learned', () => {
    expect(share(right(learned), learned)).toBeGreaterThanOrEqual(0.95);
  });
});
