import contract from '../../../models/features.json' with { type: 'json' };
import { CAPTION_WIDTH } from '../../../pipeline/sense/caption/caption-features.ts';
import { describe, expect, it } from 'vitest';
import {
  FACE_SLOTS,
  FACE_WIDTH,
  type Hop,
  VOICE_SLOTS,
  VOICE_WIDTH,
  type WindowInput,
} from '../../../pipeline/window/hop.ts';
import { HopCutter, type HopCutterOptions } from '../../../pipeline/window/hop-cutter.ts';
import { caption, face, faces, tick, voice, voices } from './samples.ts';

function cut(inputs: readonly WindowInput[], options: HopCutterOptions = {}) {
  const cutter = new HopCutter({ nowMs: () => 0, latenessMs: 120, ...options });
  const hops = inputs.flatMap((input) => cutter.push(input));
  return { cutter, hops };
}

/** First feature of each row. */
const faceMarks = (hop: Hop): number[] => Array.from({ length: FACE_SLOTS }, (_, i) => hop.face[i * FACE_WIDTH]);
const voiceMarks = (hop: Hop): number[] => Array.from({ length: VOICE_SLOTS }, (_, i) => hop.voice[i * VOICE_WIDTH]);
const starts = (hops: readonly Hop[]): number[] => hops.map((hop) => hop.startUs / 1000);
const byTime = (inputs: WindowInput[]): WindowInput[] => inputs.sort((a, b) => arrival(a) - arrival(b));

function arrival(input: WindowInput): number {
  if (input.kind === 'voice') return input.segment.endUs;
  if (input.kind === 'face') return input.sample.captureUs + 20_000;
  if (input.kind === 'tick') return input.nowUs;
  return 0;
}

describe('a live hop', () => {
  it('closes with its last voice segment when the face is there too, without waiting for the clock', () => {
    const inputs = byTime([...voices(1000, 1500), ...faces(1000, 1500, 100)]);
    const { hops } = cut(inputs);
    expect(starts(hops)).toEqual([1000]);
    expect(faceMarks(hops[0])).toEqual([1100, 1300, 1400]);
    expect(voiceMarks(hops[0])).toEqual([1000, 1100, 1200, 1300, 1400]);
    expect(hops[0].gaps).toEqual({ face: 0, voice: 0 });
  });

  it('lies on multiples of the hop on the capture clock, whenever the first sample came', () => {
    const { hops } = cut([voice(1300), voice(1400), ...voices(1500, 2000)]);
    expect(starts(hops)).toEqual([1000, 1500]);
    expect(hops[0].index).toBe(2);
    expect(hops[0].gaps.voice).toBe(3);
  });

  it('waits for a live face until the lateness bound, then closes with an explicit gap', () => {
    const before = [...byTime([...voices(1000, 2000), ...faces(1000, 1450, 100)])];
    const { cutter, hops } = cut(before);
    expect(starts(hops)).toEqual([1000]);
    expect(cutter.push(tick(2119))).toEqual([]);
    const [late] = cutter.push(tick(2120));
    expect(late.startUs).toBe(1_500_000);
    expect(late.gaps).toEqual({ face: 3, voice: 0 });
    expect(late.face.every((x) => x === 0)).toBe(true);
  });

  it('no longer waits for a camera that has given nothing for a second', () => {
    const { cutter } = cut([...byTime([...voices(1000, 2000), ...faces(1000, 1050, 30)])]);
    expect(starts(cutter.push(tick(2120)))).toEqual([1000, 1500]);
    // The camera's last picture is from 1030: the hop that ends at 2500 closes with its voice.
    expect(starts(voices(2000, 2500).flatMap((input) => cutter.push(input)))).toEqual([2000]);
  });

  it('of a face alone closes once a face at or past its end has come', () => {
    const { hops } = cut(faces(1000, 1501, 100));
    expect(starts(hops)).toEqual([1000]);
    expect(hops[0].gaps).toEqual({ face: 0, voice: 5 });
  });

  it('drops and counts what comes for a closed hop', () => {
    const { cutter } = cut([voice(1000), tick(1700)]);
    expect(cutter.push(voice(1100))).toEqual([]);
    expect(cutter.push(face(1200))).toEqual([]);
    expect(cutter.counts).toMatchObject({ lateVoices: 1, lateFaces: 1 });
  });

  it('takes a burst of two seconds at once, all faces before all voices', () => {
    const { hops } = cut([voice(1000), ...faces(1000, 3000, 33), ...voices(1100, 3000)]);
    expect(starts(hops)).toEqual([1000, 1500, 2000, 2500]);
    expect(hops.every((hop) => hop.gaps.voice === 0 && hop.gaps.face === 0)).toBe(true);
  });

  it('says when it was due and how old its newest sample is', () => {
    const { hops } = cut([...voices(1000, 1500)], { nowUs: () => 1_530_000, nowMs: () => 7000 });
    expect(hops[0]).toMatchObject({ closedMs: 7000, dueMs: 6970, newestDecodedMs: 1501, sensedMs: 1502 });
  });

  it('goes on emitting, all gaps, while nothing comes and time passes', () => {
    const { hops } = cut([voice(1000), tick(1620), tick(2120), tick(2620)]);
    expect(starts(hops)).toEqual([1000, 1500, 2000]);
    expect(hops[2]).toMatchObject({ gaps: { face: 3, voice: 5 }, sensedMs: undefined });
  });
});

describe('face slots', () => {
  it('keep the newest valid sample, whatever order they came in', () => {
    const inputs = [face(1120, 2), face(1040, 1), face(1150, 9, false)];
    const { cutter } = cut(inputs);
    const [hop] = cutter.push(tick(1620));
    expect(faceMarks(hop)[0]).toBe(2);
  });

  it('each get a picture of a camera that gives six a second, though times are rounded and jitter', () => {
    const exact = cut([face(1000, 1), face(1166.667, 2), face(1333.333, 3), tick(1620)]);
    expect(faceMarks(exact.hops[0])).toEqual([1, 2, 3]);
    const early = cut([face(1000, 1), face(1163, 2), face(1331, 3), face(1501, 4), tick(1620)]);
    expect(faceMarks(early.hops[0])).toEqual([1, 2, 3]);
  });

  it('count an unseen face as given, not as a gap', () => {
    const { cutter } = cut([face(1000, 1, false), face(1200, 1, false), face(1400, 1, false)]);
    const [hop] = cutter.push(tick(1620));
    expect(hop.gaps.face).toBe(0);
    expect(hop.face.every((x) => x === 0)).toBe(true);
  });

  it('between filled ones stay empty when the camera is fast enough', () => {
    const { cutter } = cut([face(1000, 1), face(1033, 2), face(1400, 3), face(1433, 4)]);
    const [hop] = cutter.push(tick(1620));
    expect(faceMarks(hop)).toEqual([2, 0, 4]);
    expect(hop.gaps.face).toBe(1);
  });

  it('are filled by the last face of up to 200 ms before when the camera gives five pictures a second', () => {
    const { hops } = cut([...faces(1000, 2400, 200), tick(2120)]);
    expect(faceMarks(hops[0])).toEqual([1000, 1200, 1400]);
    expect(faceMarks(hops[1])).toEqual([1600, 1800, 1800]);
    expect(hops[1].gaps.face).toBe(0);
  });

  it('are not filled by an older one', () => {
    const { cutter } = cut([face(500, 1), face(1000, 2)]);
    const hops = cutter.push(tick(1620));
    expect(faceMarks(hops.at(-1)!)).toEqual([2, 2, 0]);
  });
});

describe('a jump of the clock', () => {
  it('forward begins the grid anew, marked, after closing what was open', () => {
    const { cutter, hops } = cut([voice(1000), voice(3_601_000), ...voices(3_601_100, 3_601_500)]);
    expect(starts(hops)).toEqual([1000, 3_601_000]);
    expect(hops.map((hop) => hop.discontinuity)).toEqual([false, true]);
    expect(cutter.counts.discontinuities).toBe(1);
  });

  it('of the wall clock (a machine that slept) does not emit the night hop by hop', () => {
    const { hops } = cut([...voices(1000, 1500), tick(28_800_000), tick(28_800_620)]);
    expect(starts(hops)).toEqual([1000, 28_800_000]);
    expect(hops[1].discontinuity).toBe(true);
  });

  it('backward begins anew, and time goes on from the samples', () => {
    const { cutter, hops } = cut([tick(61_000), ...voices(60_500, 61_000), ...voices(2000, 2500)]);
    expect(starts(hops)).toEqual([60_500, 2000]);
    expect(hops[1].discontinuity).toBe(true);
    cutter.push(voice(2500));
    expect(cutter.push(tick(61_020))).toEqual([]);
    expect(cutter.push(tick(61_700)).map((hop) => hop.startUs)).toEqual([2_500_000]);
  });

  it('leaves samples that are merely out of order alone', () => {
    const { cutter } = cut([voice(1000), voice(1200), voice(1100)]);
    expect(cutter.counts.discontinuities).toBe(0);
  });
});

describe('captions in a hop', () => {
  const present = (hop: Hop): number[] => [hop.caption[0], hop.caption[CAPTION_WIDTH - 1]];

  it('speak in the hop in which they ended', () => {
    const { hops } = cut([voice(1000), caption(1800, 'I love this'), ...voices(1100, 2000)]);
    expect(hops.map(present)).toEqual([
      [0, 1],
      [1, 1],
    ]);
    expect(hops[1].caption[1]).toBeGreaterThan(0.3);
  });

  it('that come late speak in the oldest open hop instead of being lost', () => {
    const { hops } = cut([...voices(1000, 1500), caption(1200, 'I love this'), ...voices(1500, 2000)]);
    expect(present(hops[1])).toEqual([1, 1]);
  });

  it('say nothing until they are final', () => {
    const { hops } = cut([voice(1000), caption(1400, 'I love', false), ...voices(1100, 1500)]);
    expect(present(hops[0])).toEqual([0, 1]);
  });

  it('of the others speak in a row of their own, valid only while theirs flow', () => {
    const theirs: WindowInput = { ...caption(1300, 'I hate this'), own: false };
    const { hops } = cut([voice(1000), theirs, ...voices(1100, 1500)]);
    expect(hops[0].caption.subarray(0, CAPTION_WIDTH).every((x) => x === 0)).toBe(true);
    const row = hops[0].caption.subarray(CAPTION_WIDTH);
    expect([row[0], row[CAPTION_WIDTH - 1]]).toEqual([1, 1]);
    expect(row[1]).toBeLessThan(-0.3);
  });

  it('carry the number of the newest utterance in three bits, counted over all, or given', () => {
    const turn = contract.caption.features.indexOf('turn1');
    const number = (hop: Hop, row: number): number =>
      hop.caption
        .subarray(row * CAPTION_WIDTH + turn, row * CAPTION_WIDTH + turn + 3)
        .reduce((sum, bit, i) => sum + bit * 2 ** i, 0);
    const said = (ms: number, of: object): WindowInput => ({ ...caption(ms, 'hello'), ...of });
    const first = [said(1100, {}), said(1200, { own: false }), said(1300, {}), said(1400, {})];
    const second = [said(1600, { number: 9 }), said(1700, { own: false })];
    const { hops } = cut([voice(1000), ...first, ...voices(1100, 1500), ...second, ...voices(1500, 2000)]);
    expect(hops.map((hop) => [number(hop, 0), number(hop, 1)])).toEqual([
      [3, 1],
      [1, 2],
    ]);
  });

  it('leave the row invalid for who has none', () => {
    const { hops } = cut(voices(1000, 1500));
    expect(hops[0].caption.every((x) => x === 0)).toBe(true);
  });
});

describe('an offline cutter', () => {
  it('drops nothing as late, however far one sense is read ahead of the other', () => {
    const { cutter, hops } = cut([...voices(0, 4000), ...faces(0, 4000, 40)], { mode: 'offline' });
    expect(hops).toEqual([]);
    const all = [...cutter.push(tick(2000)), ...cutter.flush()];
    expect(starts(all)).toEqual([0, 500, 1000, 1500, 2000, 2500, 3000, 3500]);
    expect(all.every((hop) => hop.gaps.face === 0 && hop.gaps.voice === 0)).toBe(true);
    expect(cutter.counts).toEqual({ lateFaces: 0, lateVoices: 0, discontinuities: 0 });
  });

  it('flushes a last, half-filled hop and then has nothing more', () => {
    const { cutter } = cut(voices(0, 700), { mode: 'offline' });
    expect(starts(cutter.flush())).toEqual([0, 500]);
    expect(cutter.flush()).toEqual([]);
  });
});

describe('forgetting', () => {
  it('a reset leaves nothing of what was not yet cut', () => {
    const { cutter } = cut([voice(1000), face(1100), caption(1400, 'secret words'), { kind: 'reset' }]);
    expect(cutter.push(tick(1700))).toEqual([]);
    const [hop] = [voice(1700), tick(2120)].flatMap((input) => cutter.push(input));
    expect(hop).toMatchObject({ startUs: 1_500_000, gaps: { face: 3, voice: 4 } });
    expect(hop.caption.every((x) => x === 0)).toBe(true);
  });
});

describe('a peek at the open hops', () => {
  it('gives what is there, marks what is missing, and changes nothing', () => {
    const inputs = byTime([...voices(1000, 1800), ...faces(1000, 1750, 100)]);
    const rest = byTime([...voices(1800, 2000), ...faces(1800, 2000, 100)]);
    const { cutter } = cut(inputs);
    const [open] = cutter.peek();
    expect(open).toMatchObject({ startUs: 1_500_000, gaps: { face: 1, voice: 2 }, discontinuity: false });
    expect(voiceMarks(open)).toEqual([1500, 1600, 1700, 0, 0]);
    const [whole] = rest.flatMap((input) => cutter.push(input));
    const [without] = cut([...inputs, ...rest]).hops.slice(-1);
    expect(whole).toEqual(without);
    expect(voiceMarks(open)).toEqual([1500, 1600, 1700, 0, 0]);
  });

  it('gives all that wait, oldest first: a hop whose face is late, and the one that has begun', () => {
    const { cutter } = cut(byTime([...voices(1000, 2200), ...faces(1000, 1450, 100)]));
    expect(starts(cutter.peek())).toEqual([1500, 2000]);
  });

  it('gives nothing before the first sample', () => {
    expect(new HopCutter().peek()).toEqual([]);
  });
});
