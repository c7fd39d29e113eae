/** The overlay's colours, light and dark; a test holds every text on every ground to WCAG AA. */

interface Palette {
  /** Behind the words. The video shines through as far as `groundAlpha` lets it. */
  readonly ground: string;
  readonly text: string;
  readonly muted: string;
  /** Marks, lines, the button. */
  readonly tone: string;
  /** What wants attention: uncertain, stale, no signal. */
  readonly watch: string;
}

/** How much of the ground covers the video, 0..1. */
export const GROUND_ALPHA = 0.9;

export const PALETTES: Readonly<Record<'light' | 'dark', Palette>> = {
  light: { ground: '#ffffff', text: '#12181c', muted: '#3c474f', tone: '#0a5c50', watch: '#7a3f00' },
  dark: { ground: '#0a0e12', text: '#f3f6f8', muted: '#c2cbd2', tone: '#7adbc9', watch: '#ffc570' },
};
