import { describe, expect, it } from 'vitest';
import { baseForms, captionWords } from '../../../../pipeline/sense/caption/caption-words.ts';

describe('the words of a caption', () => {
  it.each([
    ["I can't, won't and don't!", 'i can not , will not and do not !'],
    ['it didnt work but thats okay', "it did not work but that 's okay"],
    ['He’s won; they’ve lost.', "he 's won , they have lost"],
    ['Um, so, uh, 12 of 300?', 'so , # of # ?'],
    ['a well-known rock ’n’ roll song...', 'a well known rock n roll song'],
    ['constructor __proto__', 'constructor proto'],
    ['日本語 😀', ''],
  ])('of "%s" are "%s"', (text, words) => expect(captionWords(text).join(' ')).toBe(words));

  it('are cut after 64', () => expect(captionWords('word '.repeat(500))).toHaveLength(64));
});

describe('base forms', () => {
  it.each([
    ['stories', 'story'],
    ['stopped', 'stop'],
    ['making', 'make'],
    ['happily', 'happy'],
    ['nicest', 'nice'],
  ])('of "%s" hold "%s"', (word, base) => expect([...baseForms(word)]).toContain(base));
});
