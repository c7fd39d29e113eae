import { COST_AIMS } from '../cost/cost-report.ts';
import { Histogram, histogramSchema, type Summary } from '../histogram.ts';
import { figure, notes, type Section, table, tiles } from './html.ts';
import type { AnyReport, CapacityInput, CostInput, LatencyInput, QualityInput, SoakInput } from './read-report.ts';
import { barChart, lineChart, type Series } from './svg.ts';

/** Quantiles of a percentile curve: evenly apart in nines, where tails live. */
const NINES = Array.from({ length: 49 }, (_, index) => index / 16);
const NINE_TICKS = [
  [0, '0 %'],
  [1, '90 %'],
  [2, '99 %'],
  [3, '99.9 %'],
] as const;

/** The page's sections of one report. */
export function sectionsOf(report: AnyReport): Section[] {
  switch (report.benchmark) {
    case 'latency':
      return latencySections(report);
    case 'capacity':
      return capacitySections(report);
    case 'cost':
      return costSections(report);
    case 'soak':
      return soakSections(report);
    case 'quality':
      return qualitySections(report);
  }
}

/** The percentile curves of a report's named histograms, for the overlay of several reports too. */
export function percentileSeries(report: LatencyInput, names: Readonly<Record<string, string>>, suffix = ''): Series[] {
  return Object.entries(names).flatMap(([key, name]): Series[] => {
    const data = histogramSchema.safeParse(report.results.histograms[key]);
    if (!data.success) return [];
    const histogram = Histogram.decode(data.data);
    // Beyond the last value there is nothing to draw.
    const most = Math.log10(Math.max(1, histogram.n));
    const points = NINES.filter((nines) => nines <= most).map(
      (nines) => [nines, Math.max(0.01, histogram.quantile(1 - 10 ** -nines))] as const,
    );
    return histogram.n === 0 ? [] : [{ name: `${name}${suffix}`, points }];
  });
}

export function percentileChart(series: readonly Series[]): string {
  return lineChart({
    title: 'Percentile curves',
    x: { label: 'share of all answers', ticks: NINE_TICKS, from: 0 },
    y: { label: 'milliseconds', log: true },
    series,
  });
}

const CURVES = { dueToState: 'hop due → state', hopToDelivered: 'closed → delivered', cueToShift: 'cue → shift' };

function latencySections(report: LatencyInput): Section[] {
  const { results } = report;
  return [
    {
      title: 'Latency',
      lead: latencyLead(report),
      body: [
        tiles([
          { value: ms(results.hopToDelivered?.p95), label: 'hop closed → delivered, p95' },
          { value: ms(results.dueToState?.p90), label: 'hop due → state, p90 (SingleStream)' },
          { value: ms(results.dueToState?.p99), label: 'hop due → state, p99 (MultiStream)' },
          ...(results.cueToShift === null
            ? []
            : [{ value: ms(results.cueToShift.p50), label: 'cue onset → shift, p50' }]),
          { value: String(results.hops.missed), label: 'hops left out', good: results.hops.missed === 0 },
        ]),
        figure(
          waterfall(results.stages),
          'One description on its way: medians, one stage after the other; the thin lines end at the p95 of a stage.',
        ),
        figure(
          percentileChart(percentileSeries(report, CURVES)),
          'Measured from due times: a hop that was left out counts until the next answer, so a stall cannot hide.',
        ),
        table(
          ['milliseconds', 'n', 'p50', 'p90', 'p95', 'p99', 'max'],
          [
            row('hop closed → description delivered', results.hopToDelivered),
            row('hop due → description received', results.dueToDescription),
            row('hop due → state received', results.dueToState),
            ...Object.entries(results.stages).map(([stage, told]) => row(`stage: ${stage}`, told)),
          ],
        ),
      ],
    },
  ];
}

function latencyLead({ config, results: { hopToDelivered, hops } }: LatencyInput): string {
  const people = config['participants'] === 1 ? 'one participant' : `${String(config['participants'])} participants`;
  const headline =
    hopToDelivered === null
      ? `With ${people}, no description was delivered.`
      : `With ${people}, 95 % of ${hopToDelivered.n} descriptions were delivered within ${ms(hopToDelivered.p95)} of the end of their hop.`;
  return `${headline} ${hops.missed} of ${hops.received + hops.missed} hops were left out.`;
}

function waterfall(stages: Readonly<Record<string, Summary | null>>): string {
  let from = 0;
  const bars = Object.entries(stages).flatMap(([stage, told], index) => {
    if (told === null) return [];
    const bar = { label: stage, from, value: told.p50, whisker: from + told.p95, shown: ms(told.p50), colour: index };
    from += told.p50;
    return [bar];
  });
  return barChart('Stages of a description', bars);
}

function capacitySections({ results, config }: CapacityInput): Section[] {
  const series: Series[] = results.runs.map(({ mode, engine, steps }) => ({
    name: results.runs.some((other) => other.mode === mode && other.engine !== engine) ? `${mode}, ${engine}` : mode,
    // Of a load that was tried twice, the second counts.
    points: steps
      .filter(
        ({ dueToState, participants }, at) =>
          dueToState !== null && steps.findLastIndex((step) => step.participants === participants) === at,
      )
      .toSorted((a, b) => a.participants - b.participants)
      .map(({ participants, dueToState }) => [participants, dueToState?.p95 ?? 0] as const),
    failed: (x) => steps.findLast(({ participants }) => participants === x)?.held === false,
  }));
  const most = Math.max(...series.flatMap(({ points }) => points.map(([x]) => x)), 1);
  const budget: Series = { name: 'budget', limit: true, points: [1, most].map((x) => [x, config.budgetMs] as const) };
  return [
    {
      title: 'Capacity',
      lead: results.runs
        .map(({ mode, knee, tooMany }) => `${mode}: ${tooMany === null ? 'at least ' : ''}${knee}`)
        .join(' · ')
        .concat(` participants within ${config.budgetMs} ms (p95).`),
      body: [
        tiles(
          results.runs.map(({ mode, knee, tooMany, engine }) => ({
            value: `${tooMany === null ? '≥ ' : ''}${knee}`,
            label: `${mode}, ${engine}`,
          })),
        ),
        figure(
          lineChart({
            title: 'The knee: p95 over participants',
            x: { label: 'participants', from: 0 },
            y: { label: 'p95 of hop due → state, ms', log: true },
            series: [...series, budget],
          }),
          'Crosses did not hold: the p95 was beyond the budget, or something was shed. Each load that failed was measured twice.',
        ),
        table(
          [
            'load',
            'participants',
            'per agent core',
            'MiB each',
            'per watt',
            'agent cores',
            'load cores',
            'why not more',
          ],
          results.runs.map((run) => {
            const best = run.steps.findLast(({ participants, held }) => held && participants === run.knee);
            return [
              `${run.mode}, ${run.engine}, ${run.provider}`,
              `${run.tooMany === null ? '≥ ' : ''}${run.knee}`,
              told(run.perAgentCore),
              told(run.mibPerParticipant),
              run.perWatt === null ? 'unreadable' : told(run.perWatt),
              told(best?.cores.agent),
              told(best?.cores.load),
              run.steps.findLast(({ held }) => !held)?.reasons.join('; ') ?? '–',
            ];
          }),
        ),
        notes(results.cautions),
      ],
    },
  ];
}

function costSections({ results }: CostInput): Section[] {
  const { window, decode, stages, peers } = results;
  const curve = (name: string, pick: (cost: (typeof window)[number]) => number): Series => ({
    name,
    points: window.map((cost) => [cost.seconds, pick(cost)] as const),
  });
  const at = window.find(({ seconds }) => seconds === COST_AIMS.windowAtSeconds);
  return [
    {
      title: 'Cost of a hop',
      lead:
        at === undefined
          ? 'One more hop against encoding the window anew.'
          : `At ${at.seconds} s of window, one more hop is ${at.ratio.toFixed(1)} times cheaper than encoding the window anew.`,
      body: [
        figure(
          lineChart({
            title: 'One more hop against the window anew',
            x: { label: 'window, seconds', from: 0 },
            y: { label: 'milliseconds', log: true },
            series: [
              curve('one more hop', ({ incremental }) => incremental.p50),
              curve('window anew', ({ full }) => full.p50),
              curve('anew in one run', ({ fullAtOnce }) => fullAtOnce.p50),
            ],
          }),
          '"Anew in one run" does the window\'s arithmetic with no hop waiting for another, which no causal encoder can: the least that re-encoding could cost.',
        ),
        figure(
          barChart(
            'Stages, milliseconds for each participant',
            stages.map(({ stage, batch, eachMs }) => ({
              label: `${stage.replace(/ \(.*/, '')} × ${batch}`,
              value: eachMs,
              shown: `${eachMs.toFixed(2)} ms`,
              colour: batch === 1 ? 0 : batch <= 4 ? 2 : 3,
            })),
          ),
          'Milliseconds for each participant, by stage and number of participants in one run.',
        ),
      ],
    },
    {
      title: 'Cost of a word',
      lead: `A token takes ${decode.msPerToken.toFixed(2)} ms: ${decode.timesBound.stream.toFixed(2)} times the least that memory allows.`,
      body: [
        tiles([
          {
            value: `× ${decode.timesBound.stream.toFixed(2)}`,
            label: `of the memory bound (aim ${COST_AIMS.timesBound})`,
            good: decode.timesBound.stream <= COST_AIMS.timesBound,
          },
          ...(decode.gain === null
            ? []
            : [
                {
                  value: `× ${decode.gain.toFixed(2)}`,
                  label: `faster than steps through JS (aim ${COST_AIMS.stepGain})`,
                  good: decode.gain >= COST_AIMS.stepGain && decode.sameTokens === true,
                },
              ]),
          { value: `${decode.bandwidth.streamGBps.toFixed(1)} GB/s`, label: 'read from memory, this thread' },
        ]),
        figure(
          barChart('A token, milliseconds', [
            {
              label: 'bound: from the caches',
              value: decode.boundMs.resident,
              shown: `${decode.boundMs.resident.toFixed(3)} ms`,
              colour: 5,
            },
            {
              label: 'bound: from memory',
              value: decode.boundMs.stream,
              shown: `${decode.boundMs.stream.toFixed(3)} ms`,
              colour: 5,
            },
            { label: 'loop in the graph', value: decode.msPerToken, shown: `${decode.msPerToken.toFixed(3)} ms` },
            ...(decode.steps === null
              ? []
              : [
                  {
                    label: 'step by step through JS',
                    value: decode.steps.p50 / decode.tokens,
                    shown: `${(decode.steps.p50 / decode.tokens).toFixed(3)} ms`,
                    colour: 1,
                  },
                ]),
          ]),
          'The bound is the bytes that a token must read (weights, keys and values) over the bandwidth measured in the same run.',
        ),
        ...(peers.length === 0
          ? []
          : [
              table(
                ['peer, in turns on one thread', 'ours, ms', 'theirs, ms', 'times'],
                peers.map(({ task, peer, ours, theirs, ratio }) => [
                  `${task}, ${peer}`,
                  ours.p50.toFixed(2),
                  theirs.p50.toFixed(1),
                  `× ${ratio.toFixed(1)}`,
                ]),
              ),
            ]),
        notes(results.leftOut.map((why) => `Left out: ${why}`)),
      ],
    },
  ];
}

function soakSections({ results, config }: SoakInput): Section[] {
  const over = (name: string, pick: (round: SoakInput['results']['rounds'][number]) => number): Series => ({
    name,
    points: results.rounds.map((round) => [round.atS / 60, pick(round)] as const),
  });
  return [
    {
      title: 'Endurance',
      lead:
        results.findings.length === 0
          ? `${String(config['minutes'])} minutes of coming and going: nothing leaks, nothing drifts.`
          : results.findings.join(' '),
      body: [
        tiles([
          {
            value: results.findings.length === 0 ? 'endured' : 'failed',
            label: 'verdict',
            good: results.findings.length === 0,
          },
          { value: `${results.joined} / ${results.left}`, label: 'joined / left' },
          { value: String(results.packetsLost), label: 'packets lost on purpose' },
        ]),
        figure(
          lineChart({
            title: 'Memory after a collection',
            x: { label: 'minutes', from: 0 },
            y: { label: 'MiB' },
            series: [
              over('heap', ({ heapMiB }) => heapMiB),
              over('external', ({ externalMiB }) => externalMiB),
              over('resident', ({ rssMiB }) => rssMiB),
            ],
          }),
          'At the same point of every round, after a collection in every thread.',
        ),
        figure(
          lineChart({
            title: 'Lateness',
            x: { label: 'minutes', from: 0 },
            y: { label: 'milliseconds', log: true },
            series: [
              over('state, p50', ({ stateP50Ms }) => stateP50Ms ?? 0.01),
              over('state, p95', ({ stateP95Ms }) => stateP95Ms ?? 0.01),
              over('loop lag, max', ({ lagMs }) => Math.max(0.01, lagMs)),
            ],
          }),
          'From the hop due to its state, and the longest that an event loop of the agent was late.',
        ),
        table(
          ['after a collection', 'first', 'last', 'a round', 'Mann-Kendall z', 'verdict'],
          Object.entries(results.trends).map(([name, { first, last, perRound, z, leaks }]) => [
            name,
            first.toFixed(1),
            last.toFixed(1),
            perRound.toFixed(3),
            z.toFixed(1),
            leaks ? 'leaks' : 'steady',
          ]),
        ),
      ],
    },
  ];
}

function qualitySections(report: QualityInput): Section[] {
  const { metrics, calibration } = report;
  const percent = (value: number | null | undefined): string =>
    typeof value === 'number' ? `${(value * 100).toFixed(2)} %` : '–';
  const wheels = (metrics?.level1.perWheel ?? []).flatMap((f, index) =>
    f === null ? [] : [{ label: `wheel ${index + 1}, level 1`, value: f, shown: percent(f), colour: index }],
  );
  return [
    {
      title: `Quality${report.predictions === '' ? '' : `: ${report.predictions}`}`,
      lead: `${report.counts.lines} lines, scored with MER-UniBench's metrics.`,
      body: [
        tiles(
          [
            [percent(metrics?.f), 'set F, mean of both levels'],
            [percent(report.hitRate), 'hit rate'],
            [percent(report.sentiment?.waf), 'sentiment, weighted F1'],
            [percent(calibration?.ece), 'calibration error'],
            [percent(report.evidence?.precision), 'evidence precision'],
          ].flatMap(([value = '–', label = '']) => (value === '–' ? [] : [{ value, label }])),
        ),
        figure(barChart('Set F by wheel', wheels), 'F of average precision and average recall, wheel by wheel.'),
        ...(calibration === null
          ? []
          : [
              figure(
                lineChart({
                  title: 'Calibration',
                  x: { label: 'confidence', from: 0 },
                  y: { label: 'share that was right', from: 0 },
                  series: [
                    {
                      name: 'this pack',
                      points: calibration.bins.map((bin) => [bin.confidence, bin.accuracy] as const),
                    },
                    {
                      name: 'ideal',
                      limit: true,
                      points: [
                        [0, 0],
                        [1, 1],
                      ],
                    },
                  ],
                }),
                `Expected calibration error ${percent(calibration.ece)} over ${calibration.n} predictions.`,
              ),
            ]),
        ...(Object.keys(report.tasks).length === 0
          ? []
          : [
              table(
                ['task', 'n', 'accuracy', 'weighted F1'],
                Object.entries(report.tasks).map(([task, { n, accuracy, waf }]) => [
                  task,
                  String(n),
                  percent(accuracy),
                  percent(waf),
                ]),
              ),
            ]),
      ],
    },
  ];
}

function row(title: string, summary: Summary | null): string[] {
  if (summary === null) return [title, '0', '–', '–', '–', '–', '–'];
  return [
    title,
    String(summary.n),
    ...[summary.p50, summary.p90, summary.p95, summary.p99, summary.max].map((value) => value.toFixed(1)),
  ];
}

function ms(value: number | null | undefined): string {
  return typeof value === 'number' ? `${value.toFixed(value < 10 ? 1 : 0)} ms` : '–';
}

function told(value: number | null | undefined): string {
  return typeof value === 'number' ? value.toFixed(value < 10 ? 2 : 1) : '–';
}
