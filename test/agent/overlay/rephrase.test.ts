import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LANGUAGES, textsOf } from '../../../agent/overlay/languages.ts';
import { affectIn, cueIn, rephrase, sentenceIn, shiftIn } from '../../../agent/overlay/rephrase.ts';
import { described } from './events.ts';

describe('a description in another language', () => {
  it('is made of its evidence and its labels, with a hedge', () => {
    expect(rephrase('de', described())).toBe(
      'Die Person wirkt belustigt und froh. Anzeichen: ein breites Lächeln, eine höhere Stimme und positive Worte.',
    );
    expect(rephrase('fr', described({ confidence: 0.6 }))).toBe(
      'La personne paraît plutôt amusée et joyeuse. Indices : un large sourire, une voix plus aiguë et des mots positifs.',
    );
    expect(rephrase('es', described({ confidence: 0.3, evidence: [] }))).toBe(
      'Quizá la persona parezca risueña y alegre.',
    );
    expect(rephrase('ar', described({ evidence: [] }))).toBe('يبدو الشخص مستمتعًا ومسرورًا.');
  });

  it('does not depend on the English words', () => {
    for (const language of LANGUAGES)
      expect(rephrase(language, described({ text: 'Quite another sentence.' }))).toBe(rephrase(language, described()));
  });

  it('keeps the model’s own words in English', () => {
    expect(sentenceIn('en', described())).toBe(described().text);
    expect(sentenceIn('de', described())).toBe(rephrase('de', described()));
  });

  it('says "sounds" when only the voice told', () => {
    const [, pitch] = described().evidence;
    expect(rephrase('de', described({ evidence: pitch ? [pitch] : [] }))).toBe(
      'Die Person klingt belustigt und froh. Anzeichen: eine höhere Stimme.',
    );
  });

  it('says how strongly, of one feeling', () => {
    const sad = [{ term: 'sad', score: 0.9 }];
    expect(affectIn('de', { labels: sad, valence: -0.9, arousal: 0 })).toBe('sehr traurig');
    expect(affectIn('de', { labels: sad, valence: -0.5, arousal: 0 })).toBe('traurig');
    expect(affectIn('ar', { labels: sad, valence: -0.1, arousal: 0 })).toBe('حزينًا قليلًا');
    expect(affectIn('de', { labels: [{ term: 'composed', score: 0.9 }], valence: 0, arousal: 0 })).toBe('neutral');
  });

  it('goes by the numbers when the labels are those of another pack', () => {
    const labels = [{ term: 'saudade', score: 0.9 }];
    expect(affectIn('de', { labels, valence: -0.5, arousal: -0.4 })).toBe('bedrückt und matt');
    expect(affectIn('fr', { labels: [], valence: 0.5, arousal: 0.5 })).toBe('gaie et animée');
    expect(cueIn('de', { cue: 'eyelids', direction: 'fluttering' })).toBe('eyelids fluttering');
  });

  it('tells a change by its feelings, and by the numbers when those have one name', () => {
    const of = (term: string, valence: number) => ({ labels: [{ term, score: 1 }], valence, arousal: 0.5 });
    expect(shiftIn('de', of('sad', -0.5), of('happy', 0.5))).toBe('Wirkte traurig, wirkt nun froh');
    expect(shiftIn('en', of('composed', 0), of('even', 0.5))).toBe('Appeared lively, now cheerful and lively');
  });

  it('says nothing of a person when the model did not', () => {
    for (const language of LANGUAGES)
      expect(rephrase(language, described({ abstained: true }))).toBe(textsOf(language).ui.noSignal);
  });

  it('never leaves a hole, whatever the numbers are', () => {
    const number = fc.double({ min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fc.constantFrom(...LANGUAGES),
        number,
        number,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (language, v, a, confidence) => {
          const numbers = { valence: { mean: v, sd: 0.1 }, arousal: { mean: a, sd: 0.1 }, confidence };
          for (const labels of [[], described().labels])
            expect(rephrase(language, described({ ...numbers, labels }))).not.toMatch(/[{}]|undefined|NaN/);
        },
      ),
    );
  });
});
