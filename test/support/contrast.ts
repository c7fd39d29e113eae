/** Contrast as WCAG 2 defines it. */

export type Rgb = readonly [number, number, number];

/** From `#rrggbb`. */
export function rgb(hex: string): Rgb {
  const channel = (at: number): number => Number.parseInt(hex.slice(at, at + 2), 16);
  return [channel(1), channel(3), channel(5)];
}

/** `over` with an opacity of `alpha` on `under`. */
export function mix(over: Rgb, under: Rgb, alpha: number): Rgb {
  const one = (i: 0 | 1 | 2): number => over[i] * alpha + under[i] * (1 - alpha);
  return [one(0), one(1), one(2)];
}

/** 1 to 21; text wants 4.5, large text and controls 3 (level AA). */
export function contrast(a: Rgb, b: Rgb): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].toSorted((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: Rgb): number {
  const [r = 0, g = 0, b = 0] = colour.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
