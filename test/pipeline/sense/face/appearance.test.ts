import { describe, expect, it } from 'vitest';
import { OcclusionWatch } from '../../../../pipeline/sense/face/appearance.ts';

const watch = (series: readonly number[], stepS = 1 / 6): number[] => {
  const occlusion = new OcclusionWatch();
  return series.map((symmetry) => occlusion.push(symmetry, stepS));
};
const during = (seconds: number, symmetry: number): number[] => Array.from({ length: seconds * 6 }, () => symmetry);

describe('watching for a hand before the face', () => {
  it('sees the halves come to differ, and come back', () => {
    const hidden = watch([...during(5, 0.8), ...during(5, 0.2), ...during(2, 0.8)]);
    expect(hidden[29]).toBe(0);
    expect(hidden[31]).toBe(1);
    expect(hidden[58]).toBe(1);
    expect(hidden[61]).toBe(0);
  });

  it('gets used to light from the side', () => {
    expect(watch(during(90, 0.4)).at(-1)).toBeLessThan(0.2);
  });

  it('lets yawning and turning pass', () => {
    expect(Math.max(...watch([...during(3, 0.8), ...during(3, 0.62), ...during(3, 0.8)]))).toBeLessThan(0.2);
  });
});
