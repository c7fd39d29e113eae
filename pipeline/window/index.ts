/** The window stage: aligned hops across the senses. */
export { cutHops, type CutHopsOptions } from './cut-hops.ts';
export { HopCutter, type HopCutterCounts, type HopCutterOptions } from './hop-cutter.ts';
export type { Hop, WindowInput } from './hop.ts';
