/** The page's own texts in the reader's language; those of the overlay are the overlay's. */
import { chooseLanguage, directionOf, duration, fill, LANGUAGES, type Language } from '../overlay/languages.ts';
import ar from './locales/ar.json' with { type: 'json' };
import de from './locales/de.json' with { type: 'json' };
import en from './locales/en.json' with { type: 'json' };
import es from './locales/es.json' with { type: 'json' };
import fr from './locales/fr.json' with { type: 'json' };

export type PageTexts = typeof en;

/** Every language has every text, or this does not compile. */
export const PAGE_TEXTS: Readonly<Record<Language, PageTexts>> = { ar, de, en, es, fr };

let spoken: Language = 'en';

/** What `?lang=` says, else what the browser prefers; and tells the document. */
export function speak(asked: string | null, preferred: readonly string[]): void {
  spoken = chooseLanguage(asked ? [asked, ...preferred] : preferred);
  document.documentElement.lang = spoken;
  document.documentElement.dir = directionOf(spoken);
}

export function language(): Language {
  return spoken;
}

/** A text, with values put into its `{holes}`. */
export function t(key: keyof PageTexts, values: Readonly<Record<string, string>> = {}): string {
  return fill(PAGE_TEXTS[spoken][key], values);
}

/** `84 ms`, `1.3 sec`, in the reader's digits. */
export function timeText(ms: number): string {
  if (ms >= 10_000) return duration(spoken, ms);
  const [value, unit, digits] = ms < 1000 ? [Math.round(ms), 'millisecond', 0] : [ms / 1000, 'second', 1];
  const format = { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: digits } as const;
  return new Intl.NumberFormat(spoken, format).format(value);
}

/** Every language in its own words, for a picker. */
export function languageNames(): [Language, string][] {
  return LANGUAGES.map((one) => [one, new Intl.DisplayNames(one, { type: 'language' }).of(one) ?? one]);
}
