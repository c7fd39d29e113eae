import { describe, expect, it } from 'vitest';
import contract from '../../../../models/features.json' with { type: 'json' };
import { CAPTION_WIDTH, captionFeatures } from '../../../../pipeline/sense/caption/caption-features.ts';

function read(text: string): Record<string, number> {
  const row = new Float32Array(CAPTION_WIDTH);
  captionFeatures(text, row);
  return Object.fromEntries(contract.caption.features.map((name, i) => [name, row[i]]));
}

const EMOTIONS = ['joy', 'sadness', 'anger', 'fear', 'surprise', 'disgust'];
const named = (text: string): string[] => EMOTIONS.filter((emotion) => read(text)[emotion] > 0);

describe('valence of captions', () => {
  it.each([
    ['This is wonderful news', 1],
    ['I really like how this turned out', 1],
    ["That's not bad at all", 1],
    ['Congratulations, you did great', 1],
    ['I am not happy about this', -1],
    ["It isn't good enough", -1],
    ['This is terrible', -1],
    ['We lost the biggest customer we had', -1],
    ['I hate waiting for this', -1],
    ["I can't stand this any more, it's awful", -1],
    ['The parcel arrives on Tuesday', 0],
    ['Please send me the report', 0],
    ['Let me share my screen', 0],
    ['Well, we start at nine', 0],
  ])('"%s" has sign %i', (text, sign) => {
    const { valence } = read(text);
    expect(Math.abs(valence) < 0.15 ? 0 : Math.sign(valence)).toBe(sign);
  });

  it.each([
    ['what is asked, not said', 'Is it good?', 0],
    ['what is supposed', 'Tell me if it is terrible', 0],
    ['what is taken as given', 'The war memorial is on the left', 0],
    ['the names of things', 'Kill the process and press the panic button', 0],
    ['manners', 'Sorry for the wait, thanks for holding', 0],
    ['a question that affirms', "Isn't it lovely", 1],
    ['a new subject after a denial', "it's not broken it looks great", 1],
    ['what is expected and denied', 'It does not work', -1],
    ['what is dreaded and denied', 'We had no issues at all', 1],
    ['the part behind "but"', 'It is nice but far too expensive and slow', -1],
    ['British spelling', 'What a colourful, marvellous day, my favourite', 1],
    ['a denied idiom', "I'm not exactly over the moon", -1],
  ])('reads %s: "%s" has sign %i', (_, text, sign) => {
    const { valence } = read(text);
    expect(Math.abs(valence) < 0.15 ? 0 : Math.sign(valence)).toBe(sign);
  });

  it('grows with emphasis', () => {
    expect(read('This is VERY good!!!').valence).toBeGreaterThan(read('This is good').valence);
  });
});

describe('emotions named in captions', () => {
  it.each([
    ["I'm so happy you came", ['joy']],
    ['We laughed the whole evening', ['joy']],
    ['She was crying and felt lonely', ['sadness']],
    ['I miss my family', ['sadness']],
    ["He's furious about the delay", ['anger']],
    ['This is so annoying', ['anger']],
    ["I'm worried about the deadline", ['fear']],
    ['It scares me, I feel anxious', ['fear']],
    ['Wow, that was unexpected', ['surprise']],
    ['I was shocked to hear it', ['surprise']],
    ["Ew, that's disgusting", ['disgust']],
    ['What a filthy, revolting place', ['disgust']],
    ['I am happy but also scared', ['joy', 'fear']],
    ['We made a table of the results', []],
    ['The gladiator shut the door', []],
  ])('"%s" names %j', (text, emotions) => {
    expect(named(text)).toEqual(emotions);
  });

  it.each(["I'm not angry", 'Nobody is afraid of that', "I wasn't really sad", 'There is no reason to panic'])(
    'are not taken from what "%s" denies',
    (text) => {
      expect(named(text)).toEqual([]);
      expect(read(text).negated).toBe(1);
    },
  );

  it.each([
    ["I'm over the moon", ['joy']],
    ["She's at her wits' end", ['anger']],
    ["We're walking on eggshells", ['fear']],
    ['He broke her heart', ['sadness']],
    ["I'm not fed up with it", []],
  ])('are heard in the idiom "%s": %j', (text, emotions) => expect(named(text)).toEqual(emotions));

  it('are taken again after the clause that denied', () => {
    expect(named("No, I'm delighted")).toEqual(['joy']);
    expect(named('It is not a problem but I am sad')).toEqual(['sadness']);
  });

  it('say more when said twice or with force, never more than 1', () => {
    const once = read('I am scared').fear;
    expect(read('I am so scared').fear).toBeGreaterThan(once);
    expect(read('scared and terrified, afraid, in a panic').fear).toBeGreaterThan(once);
    expect(read('scared '.repeat(60)).fear).toBeLessThanOrEqual(1);
  });
});

describe('irony', () => {
  it.each(['Oh great, another meeting', 'Just perfect, it crashed again', 'Love it when nobody answers'])(
    'turns the praise of "%s" around, and no joy is told of it',
    (text) => {
      const row = read(text);
      expect(row.valence).toBeLessThan(-0.15);
      expect(row.joy).toBe(0);
    },
  );

  it.each([
    'Oh great, I am happy to hear that',
    'That is just what we wanted, great',
    'Great to see you again',
    'Great, have a lovely weekend!',
    'Great, another win for the team',
    'Wow, you did it again, amazing',
    "Oh good, I'm glad you're better",
  ])('is not heard in honest praise: "%s"', (text) => expect(read(text).valence).toBeGreaterThan(0.15));
});

describe('trust', () => {
  it.each(["I'm so happy for you", 'I hate this, it is terrible', 'The meeting is at nine on Monday'])(
    'is high in "%s"',
    (text) => expect(read(text).trust).toBeGreaterThan(0.5),
  );

  it.each([
    'Das ist heute leider gar nicht gut gelaufen',
    'no puedo creer que haya pasado esto otra vez',
    'blorp snarf quibbled the frobnicator',
    'hmm',
  ])('is low in what the reader cannot know: "%s"', (text) => expect(read(text).trust).toBeLessThan(0.5));
});

describe('the manner of captions', () => {
  it.each([
    'Maybe we could try that',
    'I guess it works',
    "I'm not sure about it",
    'It is kind of slow',
    'Perhaps, I mean, it might',
  ])('hears the hedge in "%s"', (text) => expect(read(text).hedge).toBeGreaterThanOrEqual(0.5));

  it.each(['It works', 'We ship today'])('hears none in "%s"', (text) => expect(read(text).hedge).toBe(0));

  it.each(['Can you hear me?', 'You did what?', 'where is the file', 'do you think so'])(
    'hears the question in "%s"',
    (text) => expect(read(text).question).toBe(1),
  );

  it.each(['I can hear you.', 'What a day!', 'That is where we stand'])('hears none in "%s"', (text) =>
    expect(read(text).question).toBe(0),
  );

  it('hears arousal in exclamations, intensifiers and single shouted words, not in a captioner who writes capitals', () => {
    expect(read('Stop that now').arousal).toBe(0);
    expect(read('Stop that now!!').arousal).toBeGreaterThan(0.5);
    expect(read('Stop that NOW').arousal).toBeGreaterThan(0.3);
    expect(read('That is very very loud').arousal).toBeGreaterThan(0.4);
    expect(read('WE MEET AT NOON').arousal).toBe(0);
  });
});

describe('the caption row', () => {
  it('is empty but valid when nothing was said', () => {
    for (const text of ['', '   ', '...', '\n']) {
      const row = read(text);
      expect(row.valid).toBe(1);
      expect(Object.values(row).reduce((a, b) => a + b)).toBe(1);
    }
  });

  it('counts words up to twenty', () => {
    expect(read('one two three four five').length).toBeCloseTo(0.25);
    expect(read('word '.repeat(50)).length).toBe(1);
  });

  it('overwrites what was in the array', () => {
    const row = new Float32Array(CAPTION_WIDTH).fill(9);
    captionFeatures('hello', row);
    expect(Math.max(...row)).toBe(1);
  });

  it('stays within its ranges on garbage and does not blow up on long words', () => {
    const garbage = [
      'A'.repeat(100_000) + 'a',
      '!'.repeat(10_000),
      '__proto__ constructor hasOwnProperty',
      '😀😀 🙃',
      'ÄÖÜ ñandú 日本語',
      "'''' ---- ,,,,",
    ];
    for (const text of garbage) {
      const row = read(text);
      expect(Object.values(row).every((value) => value >= -1 && value <= 1)).toBe(true);
    }
  });
});
