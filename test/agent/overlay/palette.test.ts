import { describe, expect, it } from 'vitest';
import { GROUND_ALPHA, PALETTES } from '../../../agent/overlay/palette.ts';
import { contrast, mix, rgb } from '../../support/contrast.ts';

// Whatever the video shows lies between these two.
const VIDEO = { black: rgb('#000000'), white: rgb('#ffffff') };

describe.each(['light', 'dark'] as const)('the %s colours', (theme) => {
  const { ground, ...inks } = PALETTES[theme];

  it.each(Object.entries(inks))('show %s at WCAG AA over any video', (_name, ink) => {
    for (const behind of Object.values(VIDEO)) {
      const under = mix(rgb(ground), behind, GROUND_ALPHA);
      expect(contrast(rgb(ink), under)).toBeGreaterThanOrEqual(4.5);
    }
  });
});

describe('the measure of contrast', () => {
  it('is that of WCAG 2', () => {
    expect(contrast(rgb('#000000'), rgb('#ffffff'))).toBe(21);
    expect(contrast(rgb('#777777'), rgb('#ffffff'))).toBeCloseTo(4.48, 2);
  });
});
