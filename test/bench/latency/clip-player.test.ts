import { describe, expect, it } from 'vitest';
import { CLIP_RATE_HZ, type Clip, cropPicture, type Picture } from '../../../bench/latency/clip.ts';
import { ClipPlayer } from '../../../bench/latency/clip-player.ts';
import { buzzingVoice, drawnStill, swayingPictures } from '../../../bench/latency/made-clip.ts';

const picture = (shade: number): Picture => ({ width: 2, height: 2, data: new Uint8Array(6).fill(shade) });
const clip: Clip = {
  title: 'test',
  pictures: [0, 40, 80].map((atMs) => ({ atMs, picture: picture(atMs) })),
  samples: Int16Array.from({ length: CLIP_RATE_HZ / 10 }, (_, index) => index),
  lengthMs: 120,
};

function play(times: readonly number[]): {
  shades: (number | undefined)[];
  firsts: (number | undefined)[];
  nexts: number[];
  player: ClipPlayer;
} {
  const [shades, firsts]: [(number | undefined)[], (number | undefined)[]] = [[], []];
  const player = new ClipPlayer(clip, {
    picture: ({ data }) => shades.push(data[0]),
    audio: (samples) => firsts.push(samples[0]),
  });
  const nexts = times.map((time) => player.play(time));
  return { shades, firsts, nexts, player };
}

describe('playing a clip', () => {
  it('sends every picture and every 10 ms of sound when it is due, and begins anew at the end', () => {
    const { shades, firsts, nexts } = play(Array.from({ length: 16 }, (_, index) => index * 10));
    expect(shades).toEqual([0, 40, 80, 0]);
    expect(firsts.slice(0, 3)).toEqual([0, 160, 320]);
    // The sound is 100 ms long and loops by itself.
    expect(firsts[10]).toBe(0);
    expect(nexts[0]).toBe(10);
  });

  it('catches up on sound after a late timer, and sends only the newest picture', () => {
    const { shades, firsts } = play([0, 95]);
    expect(firsts).toHaveLength(10);
    expect(shades).toEqual([0, 80]);
  });

  it('skips what is overdue after a standstill, and says how much', () => {
    const { firsts, player } = play([0, 1000]);
    expect(firsts.length).toBeLessThan(5);
    expect(player.skippedMs).toBeGreaterThanOrEqual(980);
  });
});

describe('made material', () => {
  it('crops all three planes of a picture alike', () => {
    const from: Picture = { width: 4, height: 4, data: Uint8Array.from({ length: 24 }, (_, index) => index) };
    expect([...cropPicture(from, 2, 2, 2, 2).data]).toEqual([10, 11, 14, 15, 19, 23]);
  });

  it('moves a still picture and comes back to where it began', () => {
    const pictures = swayingPictures(drawnStill());
    const [first, second, last] = [pictures[0], pictures[20], pictures.at(-1)];
    expect(first?.picture.width).toBeLessThan(640);
    expect(Buffer.compare(first?.picture.data ?? Buffer.of(), second?.picture.data ?? Buffer.of())).not.toBe(0);
    expect(last?.atMs).toBe(7960);
  });

  it('buzzes within the range of 16-bit sound, with pauses', () => {
    const samples = buzzingVoice();
    const loudest = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    expect(loudest).toBeGreaterThan(8000);
    expect(loudest).toBeLessThan(32_767);
    expect(samples.slice(3.2 * CLIP_RATE_HZ, 3.9 * CLIP_RATE_HZ).every((sample) => sample === 0)).toBe(true);
  });
});
