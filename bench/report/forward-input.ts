import { z } from 'zod';
import { medianOf, type Median } from '../median.ts';

const quantiles = z.object({ p50: z.number(), p95: z.number() });
/** Reports of before keep the quantiles one level down. */
const segment = z
  .union([quantiles.loose(), z.looseObject({ latency: quantiles })])
  .and(z.object({ lost: z.number().default(0), sfuCores: z.number().optional() }))
  .transform((raw) => {
    const { p50, p95 } = quantiles.parse('latency' in raw ? raw.latency : raw);
    return { p50, p95, lost: raw.lost, sfuCores: raw.sfuCores };
  });

/** What `bench forward` writes, as far as it is drawn. */
export const forwardEnginesSchema = z.array(
  z.object({
    engine: z.string(),
    rows: z.array(
      z.object({
        publishers: z.number(),
        pairs: z.array(z.object({ off: segment, on: segment })),
        tapDrops: z.number().default(0),
      }),
    ),
    steps: z.array(
      z.object({
        publishers: z.number(),
        streamsIn: z.number(),
        streamsOut: z.number(),
        sfuCores: z.number().optional(),
        end: z.string().nullable(),
      }),
    ),
  }),
);
type Engines = z.infer<typeof forwardEnginesSchema>;

/** What taps cost the way from publisher to viewer at one quantile: medians over the pairs, with what they lie in with 95 % certainty. */
interface Difference {
  readonly offMs: number;
  readonly onMs: number;
  readonly ratio: Median;
  readonly moreMs: Median;
}

export interface TapCost {
  readonly engine: string;
  readonly publishers: number;
  readonly pairs: number;
  readonly p50: Difference;
  readonly p95: Difference;
  readonly lost: { readonly off: number; readonly on: number };
  /** Cores that the engine took, its worker processes included: medians. Undefined in reports of before. */
  readonly cores: { readonly off: number; readonly on: number } | undefined;
}

export function tapCosts(engines: Engines): TapCost[] {
  return engines.flatMap(({ engine, rows }) =>
    rows.map(({ publishers, pairs }): TapCost => {
      const difference = (at: 'p50' | 'p95'): Difference => ({
        offMs: medianOf(pairs.map(({ off }) => off[at])).median,
        onMs: medianOf(pairs.map(({ on }) => on[at])).median,
        ratio: medianOf(pairs.map(({ off, on }) => on[at] / off[at])),
        moreMs: medianOf(pairs.map(({ off, on }) => on[at] - off[at])),
      });
      const lost = (side: 'off' | 'on'): number => pairs.reduce((sum, pair) => sum + pair[side].lost, 0);
      const cores = (side: 'off' | 'on'): number =>
        medianOf(pairs.map((pair) => pair[side].sfuCores ?? Number.NaN)).median;
      const counted = pairs.every(({ off, on }) => off.sfuCores !== undefined && on.sfuCores !== undefined);
      return {
        engine,
        publishers,
        pairs: pairs.length,
        p50: difference('p50'),
        p95: difference('p95'),
        lost: { off: lost('off'), on: lost('on') },
        cores: counted ? { off: cores('off'), on: cores('on') } : undefined,
      };
    }),
  );
}

/** `0.05 → 0.07`, or a dash. */
export function coresText({ cores }: TapCost): string {
  return cores ? `${cores.off.toFixed(2)} → ${cores.on.toFixed(2)}` : '–';
}

/** The largest room that an engine carried on one core without loss, and what came of a larger one. */
export interface CarriedRoom {
  readonly engine: string;
  readonly publishers: number;
  readonly streamsIn: number;
  readonly streamsOut: number;
  readonly sfuCores: number | undefined;
  readonly beyond: string;
}

export function carriedRooms(engines: Engines): CarriedRoom[] {
  return engines.flatMap(({ engine, steps }) => {
    const carried = steps.findLast(({ end }) => end === null);
    const last = steps.at(-1);
    if (carried === undefined || last === undefined) return [];
    const { publishers, streamsIn, streamsOut, sfuCores } = carried;
    return [{ engine, publishers, streamsIn, streamsOut, sfuCores, beyond: beyond(last) }];
  });
}

function beyond({ publishers, end }: Engines[number]['steps'][number]): string {
  if (end === null) return 'more was not tried';
  if (end === 'load-full') return `at ${publishers} the peers' own core was full: the engine's limit lies beyond`;
  return end === 'loss' ? `at ${publishers} packets were lost` : `at ${publishers}: ${end}`;
}
