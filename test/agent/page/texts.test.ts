import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LANGUAGES } from '../../../agent/overlay/languages.ts';

const folder = new URL('../../../agent/page/', import.meta.url);
const read = (language: string): Record<string, string> =>
  JSON.parse(readFileSync(new URL(`locales/${language}.json`, folder), 'utf8')) as Record<string, string>;
const english = read('en');
const holes = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).toSorted();

describe('the texts of the page', () => {
  it('are there in every language that the overlay speaks', () => {
    const files = readdirSync(new URL('locales/', folder)).map((name) => name.replace('.json', ''));
    expect(files.toSorted()).toEqual([...LANGUAGES].toSorted());
  });

  it.each(LANGUAGES)('lack none in %s, and fill in the same values', (language) => {
    const own = read(language);
    expect(Object.keys(own)).toEqual(Object.keys(english));
    const bad = Object.entries(own).filter(
      ([key, text]) => text.trim() === '' || holes(text).join() !== holes(english[key] ?? '').join(),
    );
    expect(bad).toEqual([]);
  });

  it('are all used', () => {
    const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => readFileSync(new URL(name, folder), 'utf8'))
      .join('\n');
    const unused = Object.keys(english).filter((key) => !key.startsWith('stage_') && !sources.includes(`'${key}'`));
    expect(unused).toEqual([]);
  });
});
