import { z } from 'zod';
import { BenchError } from '../bench-error.ts';
import { capacityRunSchema } from '../capacity/capacity-report.ts';
import { costResultsSchema } from '../cost/cost-report.ts';
import { summarySchema } from '../histogram.ts';
import { idleRunSchema } from '../idle/idle-report.ts';
import { soakResultsSchema } from '../soak/soak-report.ts';
import { forwardEnginesSchema } from './forward-input.ts';

const origin = {
  machine: z.object({
    cpu: z.string(),
    cores: z.number(),
    memoryGiB: z.number().optional(),
    platform: z.string().optional(),
    arch: z.string().optional(),
    governor: z.string().nullable().optional(),
    loadBefore: z.number().optional(),
  }),
  version: z.object({
    undertone: z.string().optional(),
    node: z.string().optional(),
    revision: z.string().nullable(),
    dirty: z.boolean().nullable().optional(),
  }),
  madeAt: z.string().optional(),
};
const summary = summarySchema.nullable();
const config = z.record(z.string(), z.unknown()).default({});
const histograms = z.record(z.string(), z.unknown()).default({});

const latencySchema = z.object({
  benchmark: z.literal('latency'),
  ...origin,
  config,
  results: z.object({
    stages: z.record(z.string(), summary),
    hopToFirstWord: summary.default(null),
    hopToComplete: summary.default(null),
    hopToDelivered: summary,
    dueToDescription: summary,
    dueToState: summary,
    turnToState: summary.default(null),
    lastSoundToTurn: summary.default(null),
    cueToShift: summary.default(null),
    shifts: z.object({ expected: z.number(), found: z.number(), falseAlarms: z.number() }).optional(),
    cuesPlayed: z.string().optional(),
    hops: z.object({ received: z.number(), missed: z.number() }),
    agentCores: z.number().nullable().default(null),
    histograms,
  }),
});
const capacitySchema = z.object({
  benchmark: z.literal('capacity'),
  ...origin,
  config: z.looseObject({ budgetMs: z.number() }),
  results: z.object({ runs: z.array(capacityRunSchema), cautions: z.array(z.string()) }),
});
const costSchema = z.object({ benchmark: z.literal('cost'), ...origin, config, results: costResultsSchema });
const forwardSchema = z.object({
  benchmark: z.literal('forward'),
  ...origin,
  config: z
    .looseObject({
      played: z.object({ title: z.string(), kbps: z.number(), packetsPerS: z.number() }).optional(),
      pinned: z.boolean().optional(),
      mediaFirst: z.boolean().optional(),
    })
    .default({}),
  engines: forwardEnginesSchema,
});
const idleSchema = z.object({
  benchmark: z.literal('idle'),
  ...origin,
  config: z.looseObject({ few: z.number(), many: z.number(), seconds: z.number() }),
  results: z.object({ runs: z.array(idleRunSchema), cautions: z.array(z.string()) }),
});
const soakSchema = z.object({ benchmark: z.literal('soak'), ...origin, config, results: soakResultsSchema });

const level = z.object({ f: z.number(), perWheel: z.array(z.number().nullable()).default([]) });
const qualitySchema = z.object({
  benchmark: z.literal('quality').default('quality'),
  ...origin,
  predictions: z.string().default(''),
  config,
  counts: z.object({ lines: z.number() }),
  metrics: z.object({ level1: level, level2: level, f: z.number() }).nullable(),
  hitRate: z.number().nullable(),
  sentiment: z.object({ waf: z.number(), accuracy: z.number() }).nullable(),
  tasks: z.record(z.string(), z.object({ n: z.number(), accuracy: z.number(), waf: z.number() })).default({}),
  calibration: z
    .object({
      ece: z.number(),
      n: z.number(),
      bins: z.array(z.object({ confidence: z.number(), accuracy: z.number(), n: z.number() })),
    })
    .nullable()
    .default(null),
  shiftDelay: z
    .object({ found: z.number(), expected: z.number(), p50Ms: z.number().nullable(), p90Ms: z.number().nullable() })
    .nullable()
    .default(null),
  evidence: z.object({ precision: z.number(), n: z.number() }).nullable().default(null),
});

const schemas = {
  latency: latencySchema,
  capacity: capacitySchema,
  cost: costSchema,
  forward: forwardSchema,
  idle: idleSchema,
  soak: soakSchema,
  quality: qualitySchema,
};

export type LatencyInput = z.infer<typeof latencySchema>;
export type CapacityInput = z.infer<typeof capacitySchema>;
export type CostInput = z.infer<typeof costSchema>;
export type ForwardInput = z.infer<typeof forwardSchema>;
export type IdleInput = z.infer<typeof idleSchema>;
export type SoakInput = z.infer<typeof soakSchema>;
export type QualityInput = z.infer<typeof qualitySchema>;
/** A report of any command, as far as it is read again. */
export type AnyReport = LatencyInput | CapacityInput | CostInput | ForwardInput | IdleInput | SoakInput | QualityInput;

/** Reads a report of any command. Throws {@link BenchError} `report-malformed`. */
export function parseReport(text: string, file: string): AnyReport {
  return checked(parseJson(text, file), file);
}

/** Reads what a command wrote: a report, or the reports of several packs side by side. Throws {@link BenchError} `report-malformed`. */
export function parseReports(text: string, file: string): AnyReport[] {
  const json = parseJson(text, file);
  const several = z.object({ reports: z.array(z.unknown()).min(1) }).safeParse(json);
  return several.success ? several.data.reports.map((one) => checked(one, file)) : [checked(json, file)];
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new BenchError('report-malformed', `${file} is not JSON. Give what a benchmark wrote with --out.`, cause);
  }
}

function checked(json: unknown, file: string): AnyReport {
  const named = z.object({ benchmark: z.string() }).safeParse(json);
  const schema = Object.entries(schemas).find(([kind]) => kind === named.data?.benchmark)?.[1] ?? qualitySchema;
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new BenchError(
    'report-malformed',
    `${file} is no report of "undertone bench" that this version reads (${Object.keys(schemas).join(', ')}): ${z.prettifyError(parsed.error).split('\n')[0]}`,
    parsed.error,
  );
}
