import { COLOURS, labelWidth, px, svg, text, WIDTH } from './svg.ts';

export interface Dot {
  readonly label: string;
  readonly value: number;
  /** Ends of the line through the dot. */
  readonly low: number;
  readonly high: number;
  readonly shown: string;
  readonly colour?: number;
}

const [RIGHT, ROW, TOP] = [96, 24, 22] as const;
/** Air at both ends, as a share of the span. */
const AIR = 0.06;

/** Values with the interval that each lies in, one row each, against a line at `mark`; the axis need not begin at 0. */
export function dotChart(
  title: string,
  all: readonly Dot[],
  mark: { readonly at: number; readonly name: string },
): string {
  const dots = all.filter(({ value, low, high }) => [value, low, high].every(Number.isFinite));
  if (dots.length === 0) return '';
  const least = Math.min(mark.at, ...dots.map(({ low }) => low));
  const most = Math.max(mark.at, ...dots.map(({ high }) => high));
  const left = labelWidth(dots);
  const air = (most - least || 1) * AIR;
  const toX = (value: number): number =>
    left + ((value - least + air) / (most - least + 2 * air || 1)) * (WIDTH - left - RIGHT);
  const height = TOP + dots.length * ROW + 8;
  return svg(title, WIDTH, height, [
    `<path class="limit" d="M${px(toX(mark.at))} ${TOP - 4}V${height - 4}"/>`,
    text(toX(mark.at), 12, mark.name, 'axis middle'),
    ...dots.flatMap(({ label, value, low, high, shown, colour = 0 }, index) => {
      const y = TOP + index * ROW + ROW / 2;
      return [
        text(left - 10, y + 4, label, 'label end'),
        `<path class="line line${colour % COLOURS}" d="M${px(toX(low))} ${px(y)}H${px(toX(high))}"/>`,
        `<circle class="fill${colour % COLOURS}" cx="${px(toX(value))}" cy="${px(y)}" r="4.5"/>`,
        text(WIDTH - RIGHT + 8, y + 4, shown, 'value'),
      ];
    }),
  ]);
}
