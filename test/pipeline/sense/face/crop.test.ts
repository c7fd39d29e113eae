import { describe, expect, it } from 'vitest';
import { cropGrey, cropRgb, type Region } from '../../../../pipeline/sense/face/crop.ts';
import { blank } from './pictures.ts';

const whole = (size: number): Region => ({ cx: size / 2, cy: size / 2, size, angle: 0 });

describe('cropping I420', () => {
  it('gives the BT.601 colours of the primaries, black and white', () => {
    const colours = [
      { yuv: [16, 128, 128], rgb: [0, 0, 0] },
      { yuv: [235, 128, 128], rgb: [1, 1, 1] },
      { yuv: [81, 90, 240], rgb: [1, 0, 0] },
      { yuv: [145, 54, 34], rgb: [0, 1, 0] },
      { yuv: [41, 240, 110], rgb: [0, 0, 1] },
    ];
    for (const {
      yuv: [y, u, v],
      rgb,
    } of colours) {
      const out = new Float32Array(3);
      cropRgb(blank(8, 8, y, u, v), whole(8), 1, out, 1, 0, 'edge');
      rgb.forEach((value, plane) => expect(out[plane]).toBeCloseTo(value, 1));
    }
  });

  it('keeps every pixel when neither scaled nor turned', () => {
    const frame = blank(16, 16);
    frame.y.forEach((_, i) => (frame.y[i] = 16 + (i % 219)));
    const out = new Float32Array(256);
    cropGrey(frame, whole(16), 16, out, 219 / 1.164384, 0, 1);
    out.forEach((value, i) => expect((value * 255) / 219).toBeCloseTo(i % 219, 3));
  });

  it('interpolates between pixels', () => {
    const frame = blank(2, 1);
    frame.y.set([16, 116]);
    const out = new Float32Array(1);
    cropGrey(frame, { cx: 1, cy: 0.5, size: 1, angle: 0 }, 1, out, 255 / 1.164384, 0, 1);
    expect(out[0]).toBeCloseTo(50, 3);
  });

  it('turns with the eye line: what leaned clockwise comes out upright', () => {
    const frame = blank(64, 64);
    const angle = 0.5;
    // A bright spot 20 px along the face's own "up", which leans by `angle` clockwise.
    const [x, y] = [32 + 20 * Math.sin(angle), 32 - 20 * Math.cos(angle)];
    for (let row = -2; row <= 2; row++)
      for (let column = -2; column <= 2; column++) frame.y[Math.round(y + row) * 64 + Math.round(x + column)] = 235;
    const out = new Float32Array(64 * 64);
    cropGrey(frame, { cx: 32, cy: 32, size: 64, angle }, 64, out, 1, 0, 1);
    expect(out[12 * 64 + 32]).toBeGreaterThan(0.9);
    expect(out[12 * 64 + 22]).toBeLessThan(0.1);
    expect(out[12 * 64 + 42]).toBeLessThan(0.1);
  });

  it('shows black beyond the border for the detector and the edge for the mesh', () => {
    const frame = blank(4, 4, 235);
    const beyond: Region = { cx: 2, cy: 2, size: 8, angle: 0 };
    const out = new Float32Array(8 * 8 * 3);
    cropRgb(frame, beyond, 8, out, 2, -1, 'black');
    expect(out[0]).toBe(-1);
    expect(out[3 * 8 + 3]).toBeCloseTo(1, 4);
    cropRgb(frame, beyond, 8, out, 2, -1, 'edge');
    expect(out[0]).toBeCloseTo(1, 4);
  });

  it('averages what it shrinks, so that a fine chequerboard becomes grey', () => {
    const frame = blank(64, 64);
    frame.y.forEach((_, i) => (frame.y[i] = ((i % 64) + Math.floor(i / 64)) % 2 ? 235 : 16));
    const out = new Float32Array(16 * 16);
    cropGrey(frame, whole(64), 16, out, 1, 0, 4);
    for (const value of out) expect(value).toBeCloseTo(0.5, 2);
  });

  it.each([
    [16, 16],
    [17, 33],
    [1, 1],
    [641, 359],
  ])('reads no byte outside of a %i x %i picture', (width, height) => {
    const frame = blank(width, height, 128);
    const out = new Float32Array(32 * 32 * 3);
    cropRgb(frame, { cx: 0, cy: height, size: 3 * Math.max(width, height), angle: 1 }, 32, out, 1, 0, 'edge');
    expect(out.every((value) => Math.abs(value - out[0]) < 1e-6)).toBe(true);
    expect(out[0]).toBeGreaterThan(0);
  });

  it('follows strides that are wider than the picture', () => {
    const frame = blank(8, 8, 100);
    const padded = { ...frame, yStride: 16, y: new Uint8Array(16 * 8).fill(235) };
    for (let row = 0; row < 8; row++) padded.y.fill(100, row * 16, row * 16 + 8);
    const [a, b] = [new Float32Array(64), new Float32Array(64)];
    cropGrey(frame, whole(8), 8, a, 1, 0, 1);
    cropGrey(padded, whole(8), 8, b, 1, 0, 1);
    expect(b).toEqual(a);
  });
});
