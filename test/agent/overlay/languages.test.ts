import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  LANGUAGES,
  ago,
  chooseLanguage,
  directionOf,
  duration,
  fill,
  list,
  textsOf,
} from '../../../agent/overlay/languages.ts';
import { familyOf } from '../../../agent/overlay/label-families.ts';

interface Pack {
  readonly labels: readonly { readonly term: string; readonly family: string }[];
  readonly cues: readonly { readonly cue: string; readonly direction: string }[];
}
const packFile = new URL('../../../models/packs/affect-nano/pack.json', import.meta.url);
const pack = JSON.parse(readFileSync(packFile, 'utf8')) as Pack;

/** Every text with its path, e.g. `ui.why`. */
function texts(value: object, path = ''): [string, string][] {
  return Object.entries(value).flatMap(([key, one]: [string, unknown]) =>
    typeof one === 'string' ? [[`${path}${key}`, one] as [string, string]] : texts(one as object, `${path}${key}.`),
  );
}

const english = texts(textsOf('en'));
const holes = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).toSorted();

describe.each(LANGUAGES)('the texts in %s', (language) => {
  const own = texts(textsOf(language));

  it('lack none and have none of their own', () => {
    expect(own.map(([path]) => path)).toEqual(english.map(([path]) => path));
  });

  it('say something everywhere, and fill in the same values', () => {
    expect(own.filter(([, text]) => text.trim() === '')).toEqual([]);
    const holesOf = (all: typeof own): unknown[] => all.map(([path, text]) => [path, holes(text)]);
    expect(holesOf(own)).toEqual(holesOf(english));
  });

  it('have a word for every cue and every family of the bundled pack', () => {
    const { cue, family } = textsOf(language);
    expect(Object.keys(cue).toSorted()).toEqual(pack.cues.map((one) => `${one.cue}|${one.direction}`).toSorted());
    expect(Object.keys(family).toSorted()).toEqual([...new Set(pack.labels.map((one) => one.family))].toSorted());
  });

  it('are not left in English', () => {
    if (language === 'en') return;
    const same = own.filter(
      ([, text], index) => text === english[index]?.[1] && text.length > 14 && !text.startsWith('{'),
    );
    expect(same).toEqual([]);
  });
});

describe('languages', () => {
  it('are chosen by the first tag that is spoken here', () => {
    expect(chooseLanguage(['de-AT', 'fr'])).toBe('de');
    expect(chooseLanguage(['ja', 'AR-EG'])).toBe('ar');
    expect(chooseLanguage(['ja', 'toString'])).toBe('en');
    expect(LANGUAGES.filter((language) => directionOf(language) === 'rtl')).toEqual(['ar']);
  });

  it('write times and lists as is their custom', () => {
    expect(ago('en', 900)).toBe('now');
    expect(ago('de', 12_400)).toBe('vor 12 Sek.');
    expect(ago('fr', 150_000)).toMatch(/2\smin/);
    expect(duration('en', 4200)).toBe('4 sec');
    expect(list('es', ['una', 'dos', 'tres'])).toBe('una, dos y tres');
  });

  it('leave a hole that nothing fills in sight', () => {
    expect(fill('{a} and {b}', { a: '1' })).toBe('1 and {b}');
  });
});

describe('the families of labels', () => {
  it('are those of the bundled pack', () => {
    expect(pack.labels.filter(({ term, family }) => familyOf(term) !== family)).toEqual([]);
    expect(familyOf('someone else’s word')).toBeUndefined();
  });
});
