import { eachOf, idleVerdict } from '../../idle/idle-report.ts';
import { figure, type Section, table, tiles } from '../html.ts';
import type { IdleInput } from '../read-report.ts';
import { barChart } from '../svg.ts';
import { told } from './format.ts';

type Run = IdleInput['results']['runs'][number];
type Attendance = Run['lively'];

export function idleSections({ results: { runs }, config }: IdleInput): Section[] {
  return [
    {
      title: 'Who rests',
      lead: runs.map(idleVerdict).join(' '),
      body: [
        tiles(
          runs.map(({ engine, ratio }) => ({
            value: ratio === null ? '–' : `${Math.round(ratio * 100)} %`,
            label: `of a lively participant is what one costs who rests, ${engine}`,
          })),
        ),
        figure(
          barChart('CPU of the agent for one more participant', runs.flatMap(bars)),
          `Milliseconds a second, of which a core has 1000: the slope from ${config.few} to ${config.many} participants, or to as many as were not too many, each load measured for ${config.seconds} s.`,
        ),
        table(
          ['load', 'CPU, ms/s', 'one more, ms/s', 'MiB', 'hops/s told', 'hops/s rested', 'packets/s', 'kbit/s each'],
          runs.flatMap(rows),
        ),
      ],
    },
  ];
}

function bars({ engine, lively, resting }: Run) {
  return [
    { label: `${engine}, lively`, value: lively.each, shown: `${eachOf(lively)} ms`, colour: 0 },
    { label: `${engine}, resting`, value: resting.each, shown: `${eachOf(resting)} ms`, colour: 2 },
  ];
}

function rows({ engine, nobody, lively, resting }: Run): string[][] {
  return [
    row(`${engine}, nobody`, nobody),
    row(`${engine}, ${lively.few.participants} lively`, lively.few, lively),
    row(`${engine}, ${lively.many.participants} lively`, lively.many, lively),
    row(`${engine}, ${resting.few.participants} resting`, resting.few, resting),
    row(`${engine}, ${resting.many.participants} resting`, resting.many, resting),
  ];
}

function row(title: string, span: Run['nobody'], attendance?: Attendance): string[] {
  return [
    title,
    told(span.cpuMsPerS),
    attendance === undefined ? '–' : eachOf(attendance),
    told(span.agentMiB),
    told(span.hopsToldPerS),
    told(span.hopsRestedPerS),
    told(span.packetsPerS),
    attendance === undefined ? '–' : String(attendance.kbps),
  ];
}
