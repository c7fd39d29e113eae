import { carriedRooms, tapCosts } from './forward-input.ts';
import type {
  AnyReport,
  CapacityInput,
  CostInput,
  ForwardInput,
  IdleInput,
  LatencyInput,
  QualityInput,
  SoakInput,
} from './read-report.ts';

/** One number of a report that two reports can be compared by. */
export interface Figure {
  readonly name: string;
  readonly unit: 'ms' | '%' | '×' | '' | 'MiB';
  readonly value: number;
  readonly better: 'lower' | 'higher';
  /** What it lies in, where that was found. */
  readonly between?: readonly [number, number];
}

/** The figures of a report, in the order in which they are told. */
export function figuresOf(report: AnyReport): Figure[] {
  if (report.benchmark === 'latency') return latencyFigures(report);
  if (report.benchmark === 'capacity') return capacityFigures(report);
  if (report.benchmark === 'cost') return costFigures(report);
  if (report.benchmark === 'forward') return forwardFigures(report);
  if (report.benchmark === 'idle') return idleFigures(report);
  if (report.benchmark === 'soak') return soakFigures(report);
  return qualityFigures(report);
}

type Maybe = number | null | undefined;

function put(figures: Figure[], name: string, unit: Figure['unit'], value: Maybe, better: Figure['better']): void {
  if (typeof value === 'number' && Number.isFinite(value)) figures.push({ name, unit, value, better });
}

function latencyFigures({ results }: LatencyInput): Figure[] {
  const figures: Figure[] = [];
  const ms = (name: string, value: Maybe): void => put(figures, name, 'ms', value, 'lower');
  ms('hop closed → delivered, p50', results.hopToDelivered?.p50);
  ms('hop closed → delivered, p95', results.hopToDelivered?.p95);
  ms('hop due → description, p95', results.dueToDescription?.p95);
  ms('hop due → state, p90', results.dueToState?.p90);
  ms('hop due → state, p99', results.dueToState?.p99);
  ms('turn over → turn told, p95', results.turnToState?.p95);
  ms('cue onset → shift, p50', results.cueToShift?.p50);
  for (const [stage, told] of Object.entries(results.stages)) ms(`stage ${stage}, p50`, told?.p50);
  put(figures, 'agent cores', '', results.agentCores, 'lower');
  return figures;
}

function capacityFigures({ results }: CapacityInput): Figure[] {
  const figures: Figure[] = [];
  for (const { mode, engine, provider, knee, perAgentCore, mibPerParticipant, perWatt } of results.runs) {
    const of = `${mode}, ${engine}, ${provider}`;
    put(figures, `participants: ${of}`, '', knee, 'higher');
    put(figures, `participants per agent core: ${of}`, '', perAgentCore, 'higher');
    put(figures, `participants per watt: ${of}`, '', perWatt, 'higher');
    put(figures, `memory of a participant: ${of}`, 'MiB', mibPerParticipant, 'lower');
  }
  return figures;
}

function costFigures({ results }: CostInput): Figure[] {
  const figures: Figure[] = [];
  for (const { seconds, incremental, ratio, afterOther } of results.window) {
    put(figures, `one more hop at ${seconds} s`, 'ms', incremental.p50, 'lower');
    put(figures, `one more hop at ${seconds} s, after other work`, 'ms', afterOther?.incremental.p50, 'lower');
    put(figures, `re-encoding over one more hop at ${seconds} s`, '×', ratio, 'higher');
    put(figures, `re-encoding over one more hop at ${seconds} s, after other work`, '×', afterOther?.ratio, 'higher');
  }
  put(figures, 'decoding, a token', 'ms', results.decode.msPerToken, 'lower');
  put(figures, 'decoding over the memory bound', '×', results.decode.timesBound.stream, 'lower');
  put(figures, 'steps through JS over the loop', '×', results.decode.gain, 'higher');
  for (const { stage, batch, eachMs } of results.stages)
    put(figures, `${stage}, batch ${batch}, each`, 'ms', eachMs, 'lower');
  for (const { task, peer, ratio, spread } of results.peers) {
    const between = spread === undefined ? {} : { between: [spread.p25, spread.p75] as const };
    figures.push({ name: `${peer} over ours: ${task}`, unit: '×', value: ratio, better: 'higher', ...between });
  }
  return figures;
}

function forwardFigures({ engines }: ForwardInput): Figure[] {
  const figures: Figure[] = [];
  for (const { engine, publishers, p50, p95, lost } of tapCosts(engines)) {
    const of = `${engine}, ${publishers} publisher${publishers === 1 ? '' : 's'}`;
    for (const [at, { offMs, onMs, ratio }] of [
      ['p50', p50],
      ['p95', p95],
    ] as const) {
      put(figures, `${of}: publisher → viewer, ${at}, taps off`, 'ms', offMs, 'lower');
      put(figures, `${of}: publisher → viewer, ${at}, taps on`, 'ms', onMs, 'lower');
      const between = [ratio.low, ratio.high] as const;
      if (Number.isFinite(ratio.median))
        figures.push({
          name: `${of}: ${at}, taps on over off`,
          unit: '×',
          value: ratio.median,
          better: 'lower',
          between,
        });
    }
    put(figures, `${of}: packets lost with taps on`, '', lost.on, 'lower');
  }
  for (const { engine, streamsIn, streamsOut } of carriedRooms(engines)) {
    put(figures, `${engine}: streams into one core`, '', streamsIn, 'higher');
    put(figures, `${engine}: streams out of one core`, '', streamsOut, 'higher');
  }
  return figures;
}

function idleFigures({ results }: IdleInput): Figure[] {
  const figures: Figure[] = [];
  for (const { engine, nobody, lively, resting, ratio } of results.runs) {
    put(figures, `${engine}: CPU a second with nobody there`, 'ms', nobody.cpuMsPerS, 'lower');
    put(figures, `${engine}: CPU a second of who is lively`, 'ms', lively.each, 'lower');
    put(figures, `${engine}: CPU a second of who rests`, 'ms', resting.each, 'lower');
    put(figures, `${engine}: resting over lively`, '×', ratio, 'lower');
  }
  return figures;
}

function soakFigures({ results }: SoakInput): Figure[] {
  const figures: Figure[] = [];
  for (const [name, { last }] of Object.entries(results.trends)) {
    const memory = name.endsWith(', MiB');
    put(figures, memory ? name.slice(0, -', MiB'.length) : name, memory ? 'MiB' : '', last, 'lower');
  }
  put(figures, 'findings', '', results.findings.length, 'lower');
  return figures;
}

function qualityFigures(report: QualityInput): Figure[] {
  const figures: Figure[] = [];
  const share = (name: string, value: Maybe): void => put(figures, name, '%', value, 'higher');
  share('set F, mean of both levels', report.metrics?.f);
  share('set F, level 1', report.metrics?.level1.f);
  share('set F, level 2', report.metrics?.level2.f);
  share('hit rate', report.hitRate);
  share('sentiment, weighted F1', report.sentiment?.waf);
  share('sentiment, accuracy', report.sentiment?.accuracy);
  for (const [task, { accuracy, waf }] of Object.entries(report.tasks)) {
    share(`${task}, accuracy`, accuracy);
    share(`${task}, weighted F1`, waf);
  }
  put(figures, 'calibration error', '%', report.calibration?.ece, 'lower');
  share('evidence precision', report.evidence?.precision);
  put(figures, 'shift delay, p50', 'ms', report.shiftDelay?.p50Ms, 'lower');
  return figures;
}

/** A figure's value with its unit, for people. */
export function showFigure({ value, unit, between }: Pick<Figure, 'value' | 'unit' | 'between'>): string {
  if (between !== undefined)
    return `${showFigure({ value, unit })} (${between.map((end) => end.toFixed(2)).join(' to ')})`;
  if (unit === '%') return `${(value * 100).toFixed(2)} %`;
  if (unit === '×') return `× ${value.toFixed(2)}`;
  if (unit === '') return Number.isInteger(value) ? String(value) : value.toFixed(2);
  return `${value.toFixed(value < 10 ? 2 : 1)} ${unit}`;
}
