import { describe, expect, it } from 'vitest';
import { affectEventSchema } from '../../../pipeline/events.ts';
import { Describer } from '../../../pipeline/describe/describer.ts';
import { PACK, heads, hop } from './scene.ts';

const WORDS = { text: 'A few words.', cues: [0, 2], truncated: false };
const LATENCY = { encode: 1 };
const POOR = { reliability: Float32Array.of(0.1, 0.2, 0) };
const make = () => new Describer({ participantId: 'ann', pack: PACK });

/** Pushes these heads, one a hop from `first`; the last push's answer. */
function watch(describer: Describer, first: number, ...results: ReturnType<typeof heads>[]) {
  const answers = results.map((result, i) => {
    describer.begin();
    return describer.push(hop(first + i), result);
  });
  return answers[answers.length - 1];
}

describe('a describer', () => {
  it('makes events that the schema takes, with labels over the threshold, best first', () => {
    const describer = make();
    const { state } = watch(describer, 0, heads(), heads());
    const description = describer.describe(WORDS, LATENCY);
    for (const event of [state, description]) {
      expect(affectEventSchema.safeParse({ ...event, seq: 0, room: 'r' })).toMatchObject({ success: true });
    }
    expect(state).toMatchObject({ participant: 'ann', pack: 'small@1', startMs: 500, endMs: 1000 });
    expect(description?.labels.map(({ term }) => term)).toEqual(['tense', 'pleased']);
    expect(description).toMatchObject({ text: 'A few words.', version: 1, abstained: false, latencyMs: LATENCY });
    expect(description?.valence.mean).toBeCloseTo(0.2);
  });

  it('waits for a second hop before its first description', () => {
    const describer = make();
    expect(watch(describer, 0, heads({ silent: 0 })).speak).toBe(false);
    expect(watch(describer, 1, heads({ silent: 0 })).speak).toBe(true);
  });

  it('gives as evidence what the decoder named and the tracks confirm, with time and magnitude', () => {
    const describer = make();
    watch(describer, 0, heads({ cues: Float32Array.of(0.9, 0.1, 0.1) }), heads());
    const evidence = describer.describe({ ...WORDS, cues: [2, 1, 0] }, LATENCY)?.evidence;
    expect(evidence).toEqual([
      {
        cue: 'pitch',
        direction: 'higher',
        magnitude: expect.closeTo(0.4),
        modality: 'voice',
        startMs: 500,
        endMs: 1000,
      },
      {
        cue: 'lips',
        direction: 'drawn up',
        magnitude: expect.closeTo(0.7),
        modality: 'face',
        startMs: 0,
        endMs: 1000,
      },
    ]);
  });

  it('revises a description while the affect stays, keeping its id and start, and begins another when it turns', () => {
    const describer = make();
    watch(describer, 0, heads(), heads());
    const first = describer.describe(WORDS, LATENCY);
    watch(describer, 2, heads(), heads());
    const second = describer.describe(WORDS, LATENCY);
    expect(second).toMatchObject({ id: first?.id, version: 2, startMs: first?.startMs, endMs: 2000 });
    watch(describer, 4, heads({ vad: Float32Array.of(-0.6, 0.1, 0) }));
    const third = describer.describe(WORDS, LATENCY);
    expect(third).toMatchObject({ version: 1, startMs: 2000, endMs: 2500 });
    expect(third?.id).not.toBe(first?.id);
  });

  it('speaks of a turn that lasts two hops even when the model would be silent, and dates it to its first hop', () => {
    const describer = make();
    watch(describer, 0, heads(), heads());
    describer.describe(WORDS, LATENCY);
    const turned = heads({ vad: Float32Array.of(-0.4, 0.1, 0) });
    expect(watch(describer, 4, turned, heads()).speak).toBe(false);
    expect(watch(describer, 6, turned).speak).toBe(false);
    expect(watch(describer, 7, turned).speak).toBe(true);
    expect(describer.describe(WORDS, LATENCY)).toMatchObject({ startMs: 3000, endMs: 4000, version: 1 });
  });

  it('begins another when the affect drifts away in small steps', () => {
    const describer = make();
    watch(describer, 0, heads(), heads());
    const ids = [0.2, 0.4, 0.6, 0.8].map((valence, i) => {
      watch(describer, 2 + 2 * i, heads({ vad: Float32Array.of(valence, 0.1, 0) }));
      return describer.describe(WORDS, LATENCY)?.id;
    });
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).not.toBe(ids[0]);
    expect(ids[3]).toBe(ids[2]);
  });

  it('begins a new description after a long time even when nothing changed', () => {
    const describer = make();
    watch(describer, 0, heads(), heads());
    const first = describer.describe(WORDS, LATENCY);
    watch(describer, 19, heads());
    expect(describer.describe(WORDS, LATENCY)?.id).not.toBe(first?.id);
  });

  describe('of who rests', () => {
    const LOOKED = { rest: 'looked' } as const;
    /** Has been described twice, the second time because nothing had been said for long; then looked at once more. */
    function looked(result: ReturnType<typeof heads>) {
      const describer = make();
      watch(describer, 0, heads(), heads());
      describer.describe(WORDS, LATENCY);
      describer.push(hop(14, LOOKED), heads());
      const said = describer.describe(WORDS, LATENCY);
      return { describer, said, answer: describer.push(hop(27, LOOKED), result) };
    }

    it('says that what it said last still holds, with the numbers of now and without new words', () => {
      const { describer, said, answer } = looked(heads({ vad: Float32Array.of(0.3, 0.1, 0) }));
      expect(answer).toMatchObject({ speak: false, holds: true });
      const event = describer.confirm(LATENCY);
      expect(affectEventSchema.safeParse({ ...event, seq: 0, room: 'r' })).toMatchObject({ success: true });
      expect(event).toMatchObject({
        id: said?.id,
        version: 2,
        text: said?.text,
        startMs: said?.startMs,
        endMs: 14_000,
      });
      expect(event?.valence.mean).toBeCloseTo(0.3);
      expect(event?.evidence.map(({ endMs }) => endMs)).toEqual([14_000, 14_000]);
      expect(describer.push(hop(28, LOOKED), heads())).toMatchObject({ speak: false, holds: false });
      expect(describer.push(hop(40, LOOKED), heads())).toMatchObject({ speak: false, holds: true });
    });

    it.each([
      ['a cue began', heads({ cues: Float32Array.of(0.9, 0.9, 0.6) })],
      ['another feeling comes first', heads({ labels: Float32Array.of(0.95, 0.9) })],
      ['the affect is another', heads({ vad: Float32Array.of(0.55, 0.2, 0) })],
      ['the model wants to speak', heads({ silent: 0.1 })],
    ])('finds new words when %s', (_, result) => {
      expect(looked(result).answer).toMatchObject({ speak: true, holds: false });
    });

    it('finds new words when the last ones told of a change, and of who is lively', () => {
      const describer = make();
      watch(describer, 0, heads(), heads());
      describer.describe(WORDS, LATENCY);
      expect(describer.push(hop(14, LOOKED), heads())).toMatchObject({ speak: true, holds: false });
      describer.describe(WORDS, LATENCY);
      expect(describer.push(hop(27), heads())).toMatchObject({ speak: true, holds: false });
    });
  });

  it('abstains when the signal stays poor: once, with wide uncertainty and without labels', () => {
    const describer = make();
    const { speak } = watch(describer, 0, ...Array.from({ length: 4 }, () => heads(POOR)));
    const event = describer.describe(WORDS, LATENCY);
    expect(speak).toBe(true);
    expect(event).toMatchObject({ abstained: true, labels: [], version: 1 });
    expect(event?.valence.sd).toBeGreaterThanOrEqual(0.5);
    expect(event?.valence.mean).toBeCloseTo(0.2);
    expect(watch(describer, 4, ...Array.from({ length: 60 }, () => heads({ ...POOR, silent: 0 }))).speak).toBe(false);
  });

  it('speaks of one who is only heard, and of one who is only seen', () => {
    for (const reliability of [Float32Array.of(0, 0.8, 0), Float32Array.of(0.5, 0, 0)]) {
      const describer = make();
      expect(watch(describer, 0, heads({ reliability }), heads({ reliability })).speak).toBe(true);
      expect(describer.describe(WORDS, LATENCY)?.abstained).toBe(false);
    }
  });

  it('does not flicker: one poor hop is no reason to abstain, and when the signal is back it speaks again', () => {
    const describer = make();
    watch(describer, 0, heads(), heads());
    describer.describe(WORDS, LATENCY);
    expect(watch(describer, 30, heads({ ...POOR, silent: 0 })).speak).toBe(false);
    expect(watch(describer, 31, heads(), heads(POOR), heads(POOR), heads(POOR)).speak).toBe(false);
    expect(watch(describer, 35, heads(POOR)).speak).toBe(true);
    expect(describer.describe(WORDS, LATENCY)?.abstained).toBe(true);
    expect(watch(describer, 36, heads()).speak).toBe(false);
    expect(watch(describer, 37, heads()).speak).toBe(true);
    expect(describer.describe(WORDS, LATENCY)?.abstained).toBe(false);
  });

  it('abstains when no sense gave anything, whatever the model believes', () => {
    const describer = make();
    for (const i of [0, 1, 2, 3]) describer.push(hop(i, { face: undefined }), heads());
    expect(describer.describe(WORDS, LATENCY)?.abstained).toBe(true);
  });

  it('tells the model what was said and how long ago', () => {
    const describer = make();
    watch(describer, 0, heads(), heads());
    expect([...describer.said]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    describer.describe(WORDS, LATENCY);
    expect([...describer.said.subarray(0, 5)]).toEqual([1, ...Float32Array.of(0.2, 0.1, 0), 0]);
    watch(describer, 2, heads(), heads());
    expect(describer.said[4]).toBeCloseTo(0.1);
    watch(describer, 4, ...Array.from({ length: 40 }, () => heads()));
    expect(describer.said[4]).toBe(1);
  });

  it('sends nothing when the decoder found no words, and waits as after a description', () => {
    const describer = make();
    watch(describer, 0, heads(), heads());
    expect(describer.describe({ text: ' ', cues: [], truncated: false }, LATENCY)).toBeUndefined();
    expect(describer.said[0]).toBe(0);
    expect(watch(describer, 2, heads({ silent: 0 })).speak).toBe(false);
  });

  it('keeps the whole sentences of a text that was cut short, or marks that it has no end', () => {
    const describer = make();
    watch(describer, 0, heads(), heads());
    expect(describer.describe({ text: 'Looks amused and amused.', cues: [], truncated: false }, LATENCY)?.text).toBe(
      'Looks amused.',
    );
    expect(describer.describe({ text: 'One. Two and', cues: [], truncated: true }, LATENCY)?.text).toBe('One.');
    expect(describer.describe({ text: 'Two and', cues: [], truncated: true }, LATENCY)?.text).toBe('Two and…');
  });

  it('lets no head that is not a number out', () => {
    const bad = heads({ vad: Float32Array.of(Number.NaN, 2, -2), confidence: Number.NaN });
    const { state } = watch(make(), 0, heads(), bad);
    expect(affectEventSchema.safeParse({ ...state, seq: 0, room: 'r' })).toMatchObject({ success: true });
  });

  it('takes back what was a passing look: said, and at once all was as before', () => {
    const describer = make();
    const startled = heads({ vad: Float32Array.of(-0.5, 0.8, 0), change: 0.9 });
    watch(describer, 0, heads(), heads());
    describer.describe(WORDS, LATENCY);
    watch(describer, 2, startled);
    const said = describer.describe({ ...WORDS, text: 'A start.' }, LATENCY);
    const { retraction } = watch(describer, 3, heads());
    expect(retraction).toEqual({ ...said, version: 2, endMs: 2000, retracted: true });
    expect(affectEventSchema.safeParse({ ...retraction, seq: 0, room: 'r' }).error).toBeUndefined();
    expect(watch(describer, 4, heads()).retraction).toBeUndefined();
    expect(describer.describe(WORDS, LATENCY)).toMatchObject({
      version: 1,
      id: expect.not.stringMatching(said?.id ?? ''),
    });
  });

  it('takes nothing back that lasted', () => {
    const describer = make();
    const startled = heads({ vad: Float32Array.of(-0.5, 0.8, 0), change: 0.9 });
    watch(describer, 0, heads(), heads());
    describer.describe(WORDS, LATENCY);
    watch(describer, 2, startled);
    describer.describe({ ...WORDS, text: 'A start.' }, LATENCY);
    expect(watch(describer, 3, startled, startled, startled, heads()).retraction).toBeUndefined();
  });
});
