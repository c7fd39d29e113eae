/** When to speak: the model's own wish, calmed by hysteresis. Pure; times are hop times in milliseconds. */

export interface SpeakGateOptions {
  /** Shortest time between two descriptions, unless something changes strongly. */
  readonly minGapMs: number;
  /** Change (0..1) that may break the gap. */
  readonly strongChange: number;
  /** Longest silence while there is something to see or hear. */
  readonly maxSilenceMs: number;
  /** Right after a description the model must want the next one by this much more; fades over `calmMs`. */
  readonly calm: number;
  readonly calmMs: number;
}

export const SPEAK_GATE_DEFAULTS: SpeakGateOptions = {
  minGapMs: 1000,
  strongChange: 0.6,
  maxSilenceMs: 6000,
  calm: 0.2,
  calmMs: 3000,
};

export interface GateInput {
  readonly timeMs: number;
  /** The model's probability that there is nothing new to say. */
  readonly silent: number;
  readonly change: number;
  /** What was said no longer holds: reason enough, whatever the model wishes. */
  readonly away: boolean;
  readonly abstaining: boolean;
}

/** Why to speak: there is something new to say, or nothing was said for long. */
export type Reason = 'news' | 'silence';

export class SpeakGate {
  readonly #threshold: number;
  readonly #options: SpeakGateOptions;
  #last: { readonly timeMs: number; readonly abstained: boolean } | undefined;

  /** `threshold`: the pack's probability of having something to say from which it speaks. */
  constructor(threshold: number, options: Partial<SpeakGateOptions> = {}) {
    this.#threshold = threshold;
    this.#options = { ...SPEAK_GATE_DEFAULTS, ...options };
  }

  wants({ timeMs, silent, change, away, abstaining }: GateInput): Reason | undefined {
    const last = this.#last;
    // What changes whether anything can be said is said at once, and abstention is said once.
    if (last === undefined || last.abstained !== abstaining) return 'news';
    if (abstaining) return undefined;
    const { minGapMs, strongChange, maxSilenceMs, calm, calmMs } = this.#options;
    const gapMs = timeMs - last.timeMs;
    if (gapMs < minGapMs && change < strongChange) return undefined;
    const margin = calm * Math.max(0, 1 - gapMs / calmMs);
    if (away || 1 - silent >= this.#threshold + (change >= strongChange ? 0 : margin)) return 'news';
    return gapMs >= maxSilenceMs ? 'silence' : undefined;
  }

  /** A description was made. */
  spoke(timeMs: number, abstained: boolean): void {
    this.#last = { timeMs, abstained };
  }
}
