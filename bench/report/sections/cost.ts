import { AFTER_OTHER, COST_AIMS } from '../../cost/cost-report.ts';
import { computedTheSame } from '../../cost/peer-cost.ts';
import { figure, notes, type Section, table, tiles } from '../html.ts';
import type { CostInput } from '../read-report.ts';
import { barChart, lineChart, type Series } from '../svg.ts';
import { dotChart } from '../svg-dots.ts';

export function costSections({ results }: CostInput): Section[] {
  return [hopSection(results), wordSection(results)];
}

type Results = CostInput['results'];

function hopSection({ window, stages }: Results): Section {
  const curve = (name: string, pick: (cost: (typeof window)[number]) => number): Series => ({
    name,
    points: window.map((cost) => [cost.seconds, pick(cost)] as const),
  });
  const at = window.find(({ seconds }) => seconds === COST_AIMS.windowAtSeconds);
  return {
    title: 'Cost of a hop',
    lead:
      at === undefined
        ? 'One more hop against encoding the window anew.'
        : `At ${at.seconds} s of window, one more hop is ${at.ratio.toFixed(1)} times cheaper than encoding the window anew` +
          `${at.afterOther === undefined ? '' : `, ${at.afterOther.ratio.toFixed(1)} times after other work`}.`,
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
            ...afterCurve('hop after other work', window),
          ],
        }),
        `${AFTER_OTHER} "Anew in one run" does the window's arithmetic with no hop waiting for another, which no causal encoder can: the least that re-encoding could cost.`,
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
  };
}

function afterCurve(name: string, window: Results['window']): Series[] {
  const points = window.flatMap(({ seconds, afterOther }) =>
    afterOther === undefined ? [] : [[seconds, afterOther.incremental.p50] as const],
  );
  return points.length === 0 ? [] : [{ name, points }];
}

function wordSection({ decode, peers, leftOut }: Results): Section {
  return {
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
        tokenChart(decode),
        'The bound is the bytes that a token must read (weights, keys and values) over the bandwidth measured in the same run.',
      ),
      ...(peers.length === 0
        ? []
        : [
            figure(
              dotChart(
                'Peers over ours',
                peers.map((cost) => ({
                  label: cost.task.replace(/^(\d+ tokens) of the language model$/, 'language model, $1'),
                  value: cost.ratio,
                  low: cost.spread?.p25 ?? cost.ratio,
                  high: cost.spread?.p75 ?? cost.ratio,
                  shown: `× ${cost.ratio.toFixed(1)}`,
                  colour: cost.peer.startsWith('TF.js') ? 3 : 4,
                })),
                { at: 1, name: 'as fast as ours' },
              ),
              'How many times longer the same weights take elsewhere, pair by pair in turns on one thread: the median, and the middle half of the pairs.',
            ),
            table(
              ['the same weights', 'peer', 'ours, ms', 'theirs, ms', 'same result'],
              peers.map((cost) => [
                cost.task,
                cost.peer,
                cost.ours.p50.toFixed(2),
                cost.theirs.p50.toFixed(1),
                computedTheSame(cost) ? 'yes' : `no (${cost.apart.toExponential(1)})`,
              ]),
            ),
          ]),
      notes(leftOut.map((why) => `Left out: ${why}`)),
    ],
  };
}

function tokenChart(decode: Results['decode']): string {
  return barChart('A token, milliseconds', [
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
  ]);
}
