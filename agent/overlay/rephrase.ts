/**
 * A description in another language: not its English words translated, but a sentence of that language's own, made of
 * what they rest on: labels, numbers and evidence.
 */
import type { Description, Evidence } from '../../pipeline/index.ts';
import { certaintyOf } from './certainty.ts';
import { familyOf } from './label-families.ts';
import { fill, list, textsOf, type Language, type Texts } from './languages.ts';

type Told = Pick<Description, 'text' | 'labels' | 'valence' | 'arousal' | 'confidence' | 'abstained' | 'evidence'>;

/** More signs than these make a list, not a sentence. */
const SIGNS = 3;
/** A second feeling is named when it scores nearly as high as the first. */
const NEARLY = 0.8;

/** The sentence to show: in English the model's own, else one made here. */
export function sentenceIn(language: Language, description: Told): string {
  return language === 'en' ? description.text : rephrase(language, description);
}

/** Builds the sentence of a language from the evidence alone. */
export function rephrase(language: Language, description: Told): string {
  const { sentence, ui } = textsOf(language);
  if (description.abstained) return ui.noSignal;
  const { labels, valence, arousal } = description;
  const affect = affectIn(language, { labels, valence: valence.mean, arousal: arousal.mean });
  const claim = fill(sentence[patternOf(description)], { affect });
  const signs = strongest(description.evidence).map((piece) => cueIn(language, piece));
  return fill(signs.length === 0 ? sentence.plain : sentence.signs, { claim, signs: list(language, signs) });
}

/** A cue as a noun phrase; in the pack's own words when this language has none for it. */
export function cueIn(language: Language, { cue, direction }: Pick<Evidence, 'cue' | 'direction'>): string {
  const known: Readonly<Record<string, string>> = textsOf(language).cue;
  return known[`${cue}|${direction}`] ?? `${cue} ${direction}`;
}

interface Affect {
  readonly labels: Description['labels'];
  readonly valence: number;
  readonly arousal: number;
}

/** The feelings in a reading, without a sentence around them, e.g. `froh und belustigt`. */
export function affectIn(language: Language, { labels, valence, arousal }: Affect): string {
  const texts = textsOf(language);
  const families = familiesOf(labels);
  if (families.length === 0) return texts.mood[moodOf(valence, arousal)];
  const [first = 'neutral', ...others] = families;
  const words = [first, ...others].map((family) => texts.family[family]);
  const degree = first === 'neutral' || others.length > 0 ? undefined : degreeOf(valence, arousal);
  const named = list(language, words);
  return degree ? fill(texts.sentence[degree], { affect: named }) : named;
}

/** What a change was from and to; told by the numbers when both have the same name, e.g. two kinds of `neutral`. */
export function shiftIn(language: Language, from: Affect, to: Affect): string {
  const named = [from, to].map((one) => affectIn(language, one));
  const [before = '', after = ''] =
    named[0] === named[1] ? [from, to].map((one) => affectIn(language, { ...one, labels: [] })) : named;
  return fill(textsOf(language).ui.shift, { from: before, to: after });
}

function familiesOf(labels: Told['labels']): (keyof Texts['family'])[] {
  const best = labels[0]?.score ?? 0;
  const close = labels.filter(({ score }) => score >= best * NEARLY).flatMap(({ term }) => familyOf(term) ?? []);
  return [...new Set(close)].slice(0, 2);
}

function patternOf(told: Told): keyof Texts['sentence'] {
  const onlyHeard = told.evidence.length > 0 && told.evidence.every(({ modality }) => modality === 'voice');
  const { level } = certaintyOf(told);
  const hedge = level >= 4 ? 'Sure' : level === 3 ? 'Likely' : 'Unsure';
  return onlyHeard ? `sounds${hedge}` : `appears${hedge}`;
}

function degreeOf(valence: number, arousal: number): 'slight' | 'strong' | undefined {
  const strength = Math.max(Math.abs(valence), Math.abs(arousal));
  if (strength < 0.3) return 'slight';
  return strength > 0.75 ? 'strong' : undefined;
}

function moodOf(valence: number, arousal: number): keyof Texts['mood'] {
  const side = valence < -0.15 ? 'negative' : valence > 0.15 ? 'positive' : 'neutral';
  const life = arousal < -0.15 ? 'Low' : arousal > 0.2 ? 'High' : 'Mid';
  return `${side}${life}`;
}

function strongest(evidence: readonly Evidence[]): Evidence[] {
  return evidence.toSorted((a, b) => b.magnitude - a.magnitude).slice(0, SIGNS);
}
