/** The figures of a README, made of reports and nothing else, between two marks of it. */
import { BenchError } from '../bench-error.ts';
import type { Summary } from '../histogram.ts';
import { eachOf } from '../idle/idle-report.ts';
import { textTable } from '../text-table.ts';
import { standingCautions } from './conditions.ts';
import { carriedRooms, coresText, tapCosts } from './forward-input.ts';
import type {
  AnyReport,
  CapacityInput,
  CostInput,
  ForwardInput,
  IdleInput,
  LatencyInput,
  SoakInput,
} from './read-report.ts';

const BEGIN = '<!-- figures: npm run bench -- report bench/reports/*.json --readme README.md -->';
const END = '<!-- end of figures -->';
const NUMBERS = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight'];
const MODES = [
  ['both', 'face and voice'],
  ['video', 'face only'],
  ['audio', 'voice only'],
] as const;
const WINDOWS_S = new Set([2, 10, 60]);
const ENCODE = 'encode, fuse, prefill (one hop)';
const SPEAK = 'speak: whole description';

type Kind<K extends AnyReport['benchmark']> = Extract<AnyReport, { benchmark: K }>;

/** Puts the figures of `reports` between the marks of `readme`. Throws {@link BenchError} when it has none. */
export function withFigures(readme: string, reports: readonly AnyReport[]): string {
  const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (begin < 0 || end < begin)
    throw new BenchError(
      'used-wrongly',
      `The README has no place for figures. Put these two lines into it:\n${BEGIN}\n${END}`,
    );
  return `${readme.slice(0, begin + BEGIN.length)}\n\n${readmeFigures(reports)}\n\n${readme.slice(end)}`;
}

/** What stands between the marks, without what a formatter may change; undefined when there are none. */
export function figuresIn(readme: string): string[] | undefined {
  const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  return begin < 0 || end < begin ? undefined : bareLines(readme.slice(begin + BEGIN.length, end));
}

/** Lines without alignment, blank ones left out. */
export function bareLines(markdown: string): string[] {
  const lines = markdown.split('\n').map((line) => line.replaceAll(/\s+/g, ' ').replaceAll(/-{3,}/g, '---').trim());
  return lines.filter((line) => line !== '');
}

export function readmeFigures(reports: readonly AnyReport[]): string {
  const of = <K extends AnyReport['benchmark']>(kind: K): Array<Kind<K>> =>
    reports.filter((report): report is Kind<K> => report.benchmark === kind);
  const calls = of('latency').toSorted((a, b) => people(a) - people(b));
  return [
    ...standingCautions(reports).map((caution) => `**${caution}**`),
    ...latencyTable(calls),
    ...shiftTable(calls),
    ...of('capacity').flatMap(capacityTable),
    ...of('idle').map(idleTable),
    ...of('cost').flatMap(costTable),
    ...of('forward').flatMap(forwardTable),
    ...of('soak').map(soakLine),
  ].join('\n\n');
}

function people({ config }: LatencyInput): number {
  return typeof config['participants'] === 'number' ? config['participants'] : 0;
}

function named(count: number): string {
  return `${NUMBERS[count] ?? String(count)} participant${count === 1 ? '' : 's'}`;
}

/** Reports that were made to show changes have few descriptions: their latencies stand with the changes. */
function latencyTable(calls: readonly LatencyInput[]): string[] {
  const rows = calls
    .filter(({ results }) => results.shifts === undefined || results.hops.received >= 100)
    .flatMap((report) => [
      latencyRow(report, 'hop closed → first words', report.results.hopToFirstWord),
      latencyRow(report, 'hop closed → delivered', report.results.hopToDelivered),
      latencyRow(report, 'hop due → numbers received', report.results.dueToState),
      ...(report.results.turnToState === null
        ? []
        : [latencyRow(report, 'turn over → `affect.turn` received', report.results.turnToState)]),
    ]);
  const head = ['`bench latency`, real callers over WebRTC', 'p50', 'p90', 'p95', 'n', 'agent cores'];
  return rows.length === 0 ? [] : [textTable(head, rows)];
}

function latencyRow(report: LatencyInput, what: string, told: Summary | null): string[] {
  const ms = (value: number | undefined): string => (value === undefined ? '–' : `${value.toFixed(1)} ms`);
  return [
    `${named(people(report))}, ${what}`,
    ms(told?.p50),
    ms(told?.p90),
    ms(told?.p95),
    String(told?.n ?? 0),
    report.results.agentCores?.toFixed(2) ?? '–',
  ];
}

function shiftTable(calls: readonly LatencyInput[]): string[] {
  const seconds = (value: number | undefined): string => (value === undefined ? '–' : `${(value / 1000).toFixed(2)} s`);
  const rows = calls.flatMap(({ results: { shifts, cueToShift, cuesPlayed } }) =>
    shifts === undefined
      ? []
      : [
          [
            cuesPlayed ?? 'changes at known moments',
            `${shifts.found} of ${shifts.expected}`,
            seconds(cueToShift?.p50),
            seconds(cueToShift?.max),
            String(shifts.falseAlarms),
          ],
        ],
  );
  const head = [
    '`bench latency`, a change shown at a known moment',
    'told within 5 s',
    'after, p50',
    'after, most',
    'told that were none',
  ];
  return rows.length === 0 ? [] : [textTable(head, rows)];
}

function capacityTable({ config, results }: CapacityInput): string[] {
  const rows = MODES.flatMap(([mode, title]) =>
    results.runs
      .filter((run) => run.mode === mode)
      .map(({ knee, tooMany, perAgentCore, mibPerParticipant }) => [
        title,
        `${tooMany === null ? '≥ ' : ''}${knee}`,
        perAgentCore?.toFixed(1) ?? '–',
        mibPerParticipant?.toFixed(1) ?? '–',
      ]),
  );
  return [
    textTable(
      [`\`bench capacity\`, p95 within ${config.budgetMs} ms`, 'participants', 'per core of the agent', 'MiB each'],
      rows,
    ),
  ];
}

function idleTable({ results, config }: IdleInput): string {
  const head = [
    "`bench idle`, the agent's CPU in ms a second",
    'with nobody there',
    'each who is lively',
    'each who rests',
    'resting : lively',
  ];
  const layers = config['layered'] === true ? 'three temporal layers' : 'no temporal layers';
  const rows = results.runs.map(({ engine, nobody, lively, resting, ratio }) => [
    `${engine}, ${layers}, ${config.few} to ${lively.many.participants} lively, ${config.few} to ${resting.many.participants} resting`,
    nobody.cpuMsPerS.toFixed(1),
    eachOf(lively),
    eachOf(resting),
    ratio?.toFixed(2) ?? '–',
  ]);
  return textTable(head, rows);
}

function costTable({ results }: CostInput): string[] {
  const { window, stages, decode, peers } = results;
  const each = (stage: string): Array<readonly [string, string]> => {
    const batches = stages.filter((cost) => cost.stage === stage);
    if (batches.length === 0) return [];
    const title = `${stage}, each in a batch of ${batches.map(({ batch }) => batch).join(' / ')}`;
    return [[title, `${batches.map(({ eachMs }) => eachMs.toFixed(2)).join(' / ')} ms`]];
  };
  const rows: Array<readonly [string, string]> = [
    ...window
      .filter(({ seconds }) => WINDOWS_S.has(seconds))
      .map((cost) => [`one more hop against encoding ${cost.seconds} s anew`, windowCell(cost)] as const),
    ...each(ENCODE),
    ...each(SPEAK),
    [
      'decoding',
      `${decode.msPerToken.toFixed(2)} ms a token, ${decode.timesBound.stream.toFixed(2)} times the memory bound`,
    ],
    ...(decode.gain === null
      ? []
      : [['the same weights stepped through JS', `${decode.gain.toFixed(2)} times as long`] as const]),
    ...peerRows(peers),
  ];
  return [textTable(['`bench cost`, one thread', ''], rows)];
}

function windowCell({ incremental, ratio, afterOther }: CostInput['results']['window'][number]): string {
  const after =
    afterOther === undefined
      ? ''
      : `; after other work ${afterOther.incremental.p50.toFixed(2)} ms, ${afterOther.ratio.toFixed(1)} times`;
  return `${incremental.p50.toFixed(2)} ms, ${ratio.toFixed(1)} times cheaper${after}`;
}

/** One row a library, whatever it was given to do. */
function peerRows(peers: CostInput['results']['peers']): Array<readonly [string, string]> {
  return [...new Set(peers.map(({ peer }) => peer))].map((peer) => {
    const tasks = peers.filter((cost) => cost.peer === peer);
    const ratios = tasks.map(({ ratio, spread }) =>
      spread === undefined
        ? ratio.toFixed(1)
        : `${ratio.toFixed(1)} (${spread.p25.toFixed(1)} to ${spread.p75.toFixed(1)})`,
    );
    const title = tasks.map(({ task }, index) => (index === 0 ? task : task.replace('face net: ', ''))).join(' / ');
    return [`${title} under ${peer}`, `${ratios.join(' / ')} times as long`];
  });
}

function forwardTable({ engines }: ForwardInput): string[] {
  const rows = tapCosts(engines).map((cost) => {
    const { engine, publishers, p50, lost } = cost;
    return [
      `${engine}, ${publishers} publisher${publishers === 1 ? '' : 's'}`,
      `${p50.offMs.toFixed(2)} → ${p50.onMs.toFixed(2)} ms`,
      `${p50.ratio.median.toFixed(2)} (${p50.ratio.low.toFixed(2)} to ${p50.ratio.high.toFixed(2)})`,
      lost.on === 0 ? 'none' : String(lost.on),
      coresText(cost),
    ];
  });
  const rooms = carriedRooms(engines).map(
    ({ engine, publishers, streamsIn, streamsOut, beyond }) =>
      `One core carried ${publishers} publishers and as many viewers on ${engine} (${streamsIn} streams in, ${streamsOut} out; ${beyond}).`,
  );
  const head = ['`bench forward`, publisher → viewer, p50', 'taps off → on', 'on : off', 'lost with taps on', 'cores'];
  return [...(rows.length === 0 ? [] : [textTable(head, rows)]), ...(rooms.length === 0 ? [] : [rooms.join(' ')])];
}

function soakLine({ results, config }: SoakInput): string {
  const { joined, left, packetsLost, findings } = results;
  const minutes = Number(config['minutes']);
  return (
    `\`bench soak\`, ${minutes} minute${minutes === 1 ? '' : 's'} with ${joined} joining, ${left} leaving and ${packetsLost} packets lost on purpose: ` +
    (findings.length === 0 ? 'nothing leaked, nothing drifted.' : findings.join(' '))
  );
}
