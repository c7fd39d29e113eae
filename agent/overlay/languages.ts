/** The overlay's texts in every language it speaks. */
import ar from './locales/ar.json' with { type: 'json' };
import de from './locales/de.json' with { type: 'json' };
import en from './locales/en.json' with { type: 'json' };
import es from './locales/es.json' with { type: 'json' };
import fr from './locales/fr.json' with { type: 'json' };

// Not of the import itself: declarations of the package would import the file, which is not in it.
const ENGLISH = en;

/** Every text there is; a language that lacks one does not compile. */
export type Texts = typeof ENGLISH;

const TEXTS = { ar, de, en, es, fr } satisfies Record<string, Texts>;

export type Language = keyof typeof TEXTS;

export const LANGUAGES = Object.keys(TEXTS) as readonly Language[];

/** The first of some BCP 47 tags (`de-AT`, `fr`) that is spoken here; English when none is. */
export function chooseLanguage(tags: readonly string[]): Language {
  const bases = tags.map((tag) => tag.toLowerCase().split('-')[0] ?? '');
  return bases.find((base): base is Language => Object.hasOwn(TEXTS, base)) ?? 'en';
}

export function textsOf(language: Language): Texts {
  return TEXTS[language];
}

export function directionOf(language: Language): 'ltr' | 'rtl' {
  return language === 'ar' ? 'rtl' : 'ltr';
}

/** Puts values in place of `{names}`; a name without a value stays, so that it is seen. */
export function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

/** `a`, `a and b`, `a, b and c` as the language writes it. */
export function list(language: Language, parts: readonly string[]): string {
  return new Intl.ListFormat(language, { type: 'conjunction' }).format(parts);
}

/** A length of time, e.g. `12 sec`, `2 min`. */
export function duration(language: Language, ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  const [value, unit] = seconds < 60 ? [Math.round(seconds), 'second'] : [Math.floor(seconds / 60), 'minute'];
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short' }).format(value);
}

/** How long ago, e.g. `12 sec. ago`; the language's own `now` when it was just so. */
export function ago(language: Language, ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 2) return TEXTS[language].ui.now;
  const relative = new Intl.RelativeTimeFormat(language, { style: 'short', numeric: 'always' });
  return seconds < 60 ? relative.format(-seconds, 'second') : relative.format(-Math.floor(seconds / 60), 'minute');
}
