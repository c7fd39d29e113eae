import { describe, expect, it } from 'vitest';
import { EmotionWheels } from '../../../bench/quality/wheel.ts';
import { smallWheel } from './small-wheel.ts';

const wheels = new EmotionWheels(smallWheel);
const level1 = (labels: string | string[], wheel = 1): string[] => [...wheels.place(labels, wheel - 1, 'level1')];
const level2 = (labels: string | string[], wheel = 1): string[] => [...wheels.place(labels, wheel - 1, 'level2')];

describe('mapping a label onto a wheel', () => {
  it('lower-cases and trims the label, and the wheel', () => {
    expect(level1([' HAPPY '])).toEqual(['bright']);
    expect(level2(['Happy'])).toEqual(['glad']);
  });

  it('meets no form that is written with a capital, for labels are lower-case: as in the published evaluation', () => {
    const format = [{ name: 'happy', format: 'Cheerio,cheers' }];
    const some = new EmotionWheels({ ...smallWheel, format });
    expect([...some.place(['Cheerio', 'cheerio'], 0, 'level1')]).toEqual([]);
    expect([...some.place(['Cheers'], 0, 'level1')]).toEqual(['bright']);
  });

  it('follows a grammatical form to its base word', () => {
    expect(level1(['happiness', 'anger'])).toEqual(['bright', 'hot']);
  });

  it('drops words that no form, no synonym or no wheel knows', () => {
    expect(level1(['neutral', 'zebra', 'wrathful', 'happily'])).toEqual(['bright']);
    expect(level1(['sad'], 3)).toEqual([]);
  });

  it('merges all eight runs of synonyms and takes the alphabetically first word that is on the wheel', () => {
    // elated: happy by run 1, excited by run 8; "excited" comes first.
    expect(level1(['elated'])).toEqual(['lively']);
    // eager: itself and excited; wheel 1 has both, wheel 2 only excited.
    expect(level2(['eager'])).toEqual(['keen']);
    expect(level1(['eager'], 2)).toEqual(['warm']);
    // madly: mad -> angry, frustrated; stuck -> frustrated. angry comes first and decides.
    expect(level1(['madly'], 2)).toEqual(['sharp']);
  });

  it('takes the next candidate when the first is not on that wheel', () => {
    const some = new EmotionWheels({
      ...smallWheel,
      wheels: smallWheel.wheels.map((rows) => rows.filter((row) => row['level3'] !== 'angry')),
    });
    expect([...some.place(['mad'], 1, 'level1')]).toEqual(['flat']);
  });

  it('puts a word of the inner ring, on the second ring, at its alphabetically first neighbour', () => {
    expect(level1(['warmth'], 2)).toEqual(['warm']);
    expect(level2(['warmth'], 2)).toEqual(['cheer']);
  });

  it('lets a base word without synonyms stand for itself', () => {
    expect(level1(['crossly'])).toEqual(['hot']);
  });

  it('lets the later place win where a word stands twice on one wheel', () => {
    const row = (inner: string, middle: string, outer: string): Record<string, string> => ({
      level1: inner,
      level2: middle,
      level3: outer,
    });
    const twice = new EmotionWheels({
      ...smallWheel,
      wheels: [[row('low', 'blue', 'sad'), row('bright', 'glad', 'sad')]],
    });
    expect([...twice.place(['sad'], 0, 'level1')]).toEqual(['bright']);
  });

  it('reads a written list with brackets and quotes', () => {
    expect(level1("['happy', 'sad']")).toEqual(['bright', 'low']);
  });
});
