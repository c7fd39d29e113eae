import { describe, expect, it } from 'vitest';
import { Attention } from '../../../pipeline/analysis/attention.ts';
import { FACE_SLOTS, VOICE_SLOTS } from '../../../pipeline/window/hop.ts';
import { VOICE_WIDTH, voiceColumn } from '../../../pipeline/sense/voice/voice-features.ts';
import type { FaceSample, VideoFrame, VoiceSegment } from '../../../pipeline/types.ts';

const PICTURE_US = 166_667;

function frame(captureUs: number, luma: number, noise = 0): VideoFrame {
  const [width, height] = [64, 36];
  const y = Uint8Array.from({ length: width * height }, (_, i) => luma + (i % 2 === 0 ? noise : -noise));
  const chroma = new Uint8Array((width / 2) * (height / 2));
  return { captureUs, width, height, y, u: chroma, v: chroma, yStride: width, uvStride: width / 2, decodedMs: 0 };
}

function speech(endUs: number, active: number): VoiceSegment {
  const features = new Float32Array(VOICE_WIDTH);
  features[voiceColumn('active')] = active;
  return { startUs: endUs - 100_000, endUs, features, state: 'ok', sensedMs: 0, decodedMs: 0 };
}

/** Shows pictures from `fromS` to `toS` and gives the seconds at which one was read. */
function watch(attention: Attention, fromS: number, toS: number, of: (atUs: number) => VideoFrame): number[] {
  const read: number[] = [];
  for (let atUs = fromS * 1e6; atUs < toS * 1e6; atUs += PICTURE_US) {
    const shown = of(atUs);
    if (attention.known(shown)) continue;
    const features = Float32Array.of(atUs);
    attention.read(shown, { captureUs: atUs, features, state: 'ok', sensedMs: 0, decodedMs: 0 } satisfies FaceSample);
    read.push(atUs / 1e6);
  }
  return read;
}

describe('Attention', () => {
  it('reads every picture for five seconds, then one a second, of who neither speaks nor moves', () => {
    const attention = new Attention();
    expect(watch(attention, 0, 5, (atUs) => frame(atUs, 100, 3))).toHaveLength(30);
    expect(watch(attention, 5, 15, (atUs) => frame(atUs, 100, 3)).length).toBeLessThanOrEqual(11);
  });

  it('reads one in six seconds after half a minute, and every one at the first motion all the same', () => {
    const attention = new Attention();
    watch(attention, 0, 31, (atUs) => frame(atUs, 100, 3));
    const read = watch(attention, 31, 91, (atUs) => frame(atUs, 100, 3));
    expect(read.length).toBeGreaterThanOrEqual(9);
    expect(read.length).toBeLessThanOrEqual(11);
    expect(watch(attention, 91, 93, (atUs) => frame(atUs, 120))).toHaveLength(12);
  });

  it('lets the last picture that was read stand for those between, at their own times', () => {
    const attention = new Attention();
    const [last] = watch(attention, 0, 6, (atUs) => frame(atUs, 100)).slice(-1);
    const atUs = last * 1e6 + PICTURE_US;
    expect(attention.known(frame(atUs, 100))).toMatchObject({ captureUs: atUs, features: Float32Array.of(last * 1e6) });
  });

  it('looks in full again at the first motion, and at what creeps', () => {
    const attention = new Attention();
    watch(attention, 0, 10, (atUs) => frame(atUs, 100));
    expect(watch(attention, 10, 12, (atUs) => frame(atUs, 120))).toHaveLength(12);
    const creeping = new Attention();
    watch(creeping, 0, 6, (atUs) => frame(atUs, 100));
    const read = watch(creeping, 6, 16, (atUs) => frame(atUs, 100 + 8 * (atUs / 1e6 - 6)));
    expect(read.length).toBeGreaterThan(50);
  });

  it('looks in full at who speaks, and not at who coughs', () => {
    const [speaker, cougher] = [new Attention(), new Attention()];
    const hearing = (attention: Attention, active: number) => (atUs: number) => {
      attention.heard(speech(atUs, active));
      return frame(atUs, 100);
    };
    expect(watch(speaker, 0, 10, hearing(speaker, 0.9))).toHaveLength(60);
    expect(watch(cougher, 0, 10, hearing(cougher, 0.1)).length).toBeLessThan(40);
  });

  it('forgets a person with the picture of them', () => {
    const attention = new Attention();
    watch(attention, 0, 10, (atUs) => frame(atUs, 100));
    attention.reset();
    expect(attention.known(frame(10e6, 100))).toBeUndefined();
  });

  describe('of hops', () => {
    const hop = (endUs: number, face = 0, voice = VOICE_SLOTS) => ({
      endUs,
      gaps: { face: face * FACE_SLOTS, voice },
      discontinuity: false,
    });

    /** Shows still pictures hop by hop, from and to in seconds; gives the ends of those hops that are to be told. */
    function tell(attention: Attention, fromS: number, toS: number, of = (endUs: number) => hop(endUs)): number[] {
      const told: number[] = [];
      for (let endUs = (fromS + 0.5) * 1e6; endUs <= toS * 1e6; endUs += 500_000) {
        watch(attention, endUs / 1e6 - 0.5, endUs / 1e6, (atUs) => frame(atUs, 100));
        if (!attention.standsFor(of(endUs))) told.push(endUs / 1e6);
      }
      return told;
    }

    it('tells every hop for half a minute, then those alone in which there was a look', () => {
      const attention = new Attention();
      expect(tell(attention, 0, 29.5)).toHaveLength(59);
      expect(attention.resting).toBe(false);
      const told = tell(attention, 29.5, 60);
      expect(attention.resting).toBe(true);
      expect(told.length).toBeGreaterThanOrEqual(5);
      expect(told.length).toBeLessThanOrEqual(7);
    });

    it('tells the very hop in which somebody moves, or speaks, and those after it', () => {
      for (const wake of [
        (attention: Attention) => void attention.known(frame(60.4e6, 140)),
        (attention: Attention) => attention.heard(speech(60.4e6, 0.9)),
        (attention: Attention) => attention.worded(60.4e6, true),
      ]) {
        const attention = new Attention();
        tell(attention, 0, 60);
        wake(attention);
        expect(attention.resting).toBe(false);
        expect(attention.standsFor(hop(60.5e6))).toBe(false);
        expect(tell(attention, 60.5, 65)).toHaveLength(9);
      }
    });

    it('tells a hop in which somebody else was heard to say something, and rests on', () => {
      const attention = new Attention();
      const [last] = tell(attention, 0, 60).slice(-1);
      attention.worded((last + 0.2) * 1e6, false);
      expect(attention.standsFor(hop((last + 0.5) * 1e6))).toBe(false);
      expect(attention.standsFor(hop((last + 1) * 1e6))).toBe(true);
      expect(attention.resting).toBe(true);
    });

    it('tells a hop in which a sense comes or goes: another one cannot stand for it', () => {
      const attention = new Attention();
      const [last] = tell(attention, 0, 60).slice(-1);
      const endsUs = [0.5, 1, 1.5, 2].map((later) => (last + later) * 1e6);
      expect(attention.standsFor(hop(endsUs[0], 0, 0))).toBe(false);
      expect(attention.standsFor(hop(endsUs[1], 0, 0))).toBe(true);
      expect(attention.standsFor(hop(endsUs[2], 1, 0))).toBe(false);
      expect(attention.standsFor(hop(endsUs[3], 1, 0))).toBe(true);
    });

    it('tells one in six and a half seconds of who shows nothing and says nothing', () => {
      const attention = new Attention();
      const told: number[] = [];
      for (let endUs = 500_000; endUs <= 100e6; endUs += 500_000)
        if (!attention.standsFor(hop(endUs, 1)) && endUs > 40e6) told.push(endUs);
      for (let i = 1; i < told.length; i++) expect(told[i] - told[i - 1]).toBe(6_500_000);
      expect(told.length).toBeGreaterThan(7);
    });
  });
});
