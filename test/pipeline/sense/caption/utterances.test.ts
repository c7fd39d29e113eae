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

  // As measured, less a few lines each. Bad news and good news that no word names, irony without a mark and rare idioms are missed.
  it.each([
    ['the newer set', heldOut, 0.69],
    ['the older set', older, 0.7],
  ])('is right about words never learned as often as measured: %s', (_, said, least) => {
    expect(share(right(said), said)).toBeGreaterThanOrEqual(least);
  });

  it('is right nine times in ten where it is to be trusted, and then hardly ever turned around', () => {
    const sure = trusted([...heldOut, ...older]);
    expect(share(sure, [...heldOut, ...older])).toBeGreaterThanOrEqual(0.4);
    expect(share(right(sure), sure)).toBeGreaterThanOrEqual(0.9);
    expect(share(turned(sure), sure)).toBeLessThanOrEqual(0.07);
  });

  it('is found where there is one, and not where there is none', () => {
    expect(share(right(telling(heldOut)), telling(heldOut))).toBeGreaterThanOrEqual(0.67);
    const plain = heldOut.filter(({ sign }) => sign === 0);
    expect(share(right(plain), plain)).toBeGreaterThanOrEqual(0.78);
  });
});
