import { figure, type Section, table, tiles } from '../html.ts';
import type { QualityInput } from '../read-report.ts';
import { barChart, lineChart } from '../svg.ts';

export function qualitySections(report: QualityInput): Section[] {
  const { metrics, calibration } = report;
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
        ...(calibration === null ? [] : [reliability(calibration)]),
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

function reliability(calibration: NonNullable<QualityInput['calibration']>): string {
  return figure(
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
  );
}

function percent(value: number | null | undefined): string {
  return typeof value === 'number' ? `${(value * 100).toFixed(2)} %` : '–';
}
