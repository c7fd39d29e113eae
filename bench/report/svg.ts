/** Charts as SVG text: no script, no fonts, no network; colours come from the page's style sheet, so that dark and light both work. */

export interface Series {
  readonly name: string;
  readonly points: ReadonlyArray<readonly [number, number]>;
  /** Drawn as a dashed line without marks. */
  readonly limit?: true;
  /** Marks that failed are drawn as crosses. */
  readonly failed?: (x: number) => boolean;
}

export interface ChartOptions {
  readonly title: string;
  readonly x: AxisOptions;
  readonly y: AxisOptions;
  readonly series: readonly Series[];
}

interface AxisOptions {
  readonly label: string;
  readonly log?: true;
  /** Where ticks stand, and what they say; else they are chosen. */
  readonly ticks?: ReadonlyArray<readonly [number, string]>;
  readonly from?: number;
}

/** All charts are as wide, in units of their own; the page scales them. */
export const WIDTH = 720;
const HEIGHT = 340;
const MARGIN = { left: 64, right: 150, top: 18, bottom: 46 } as const;
/** As many colours as the style sheet has. */
export const COLOURS = 6;

type Scale = (value: number) => number;

/** Lines over two axes, each linear or logarithmic, with a legend at the ends of the lines. */
export function lineChart({ title, x, y, series }: ChartOptions): string {
  const values = series.flatMap(({ points }) => points);
  if (values.length === 0) return '';
  const [xs, ys] = [
    axis(
      x,
      values.map(([value]) => value),
    ),
    axis(
      y,
      values.map(([, value]) => value),
    ),
  ];
  const toX = scale(xs, x.log, MARGIN.left, WIDTH - MARGIN.right);
  const toY = scale(ys, y.log, HEIGHT - MARGIN.bottom, MARGIN.top);
  const chart = svg(title, WIDTH, HEIGHT, [
    ...grid(ys, toY),
    ...xTicks(xs, toX),
    ...series.map((one, index) => line(one, index, toX, toY)),
    ...legend(series, toY),
    text((MARGIN.left + WIDTH - MARGIN.right) / 2, HEIGHT - 8, x.label, 'axis middle'),
    `<text class="axis middle" transform="translate(16 ${(HEIGHT - MARGIN.bottom) / 2 + 8}) rotate(-90)">${escape(y.label)}</text>`,
  ]);
  return chart + keys(series);
}

export interface Bar {
  readonly label: string;
  /** Where it begins; 0 when left out. */
  readonly from?: number;
  readonly value: number;
  /** A thin line from the bar's end to here. */
  readonly whisker?: number;
  readonly shown: string;
  readonly colour?: number;
}

/** Room for the longest label, at the size that the style sheet sets. */
export function labelWidth(rows: ReadonlyArray<{ readonly label: string }>): number {
  return Math.min(230, 24 + 6.4 * Math.max(...rows.map(({ label }) => label.length)));
}

/** Horizontal bars on one linear axis; with `from` they make a waterfall. */
export function barChart(
  title: string,
  bars: readonly Bar[],
  limit?: { readonly at: number; readonly name: string },
): string {
  if (bars.length === 0) return '';
  const [left, right, row] = [labelWidth(bars), 96, 26];
  const top = limit === undefined ? 6 : 22;
  const height = top + bars.length * row + 8;
  const most = Math.max(
    limit?.at ?? 0,
    ...bars.map(({ from = 0, value, whisker = 0 }) => Math.max(from + value, whisker)),
    1e-9,
  );
  const toX = (value: number): number => left + (value / most) * (WIDTH - left - right);
  const drawn = bars.flatMap(({ label, from = 0, value, whisker, shown, colour = 0 }, index) => {
    const y = top + index * row;
    const end = toX(from + value);
    const middle = y + row / 2 - 2;
    return [
      text(left - 10, middle + 4, label, 'label end'),
      `<rect class="fill${colour % COLOURS}" x="${px(toX(from))}" y="${y + 2}" width="${px(Math.max(1.5, end - toX(from)))}" height="${row - 9}" rx="3"/>`,
      ...(whisker !== undefined && toX(whisker) > end
        ? [`<path class="whisker" d="M${px(end)} ${middle}H${px(toX(whisker))}m0 -4v8"/>`]
        : []),
      text(Math.max(end, toX(whisker ?? 0)) + 8, middle + 4, shown, 'value'),
    ];
  });
  const mark =
    limit === undefined
      ? []
      : [
          `<path class="limit" d="M${px(toX(limit.at))} ${top - 4}V${height - 4}"/>`,
          text(toX(limit.at), 12, limit.name, 'axis middle'),
        ];
  return svg(title, WIDTH, height, [...drawn, ...mark]);
}

export function svg(title: string, width: number, height: number, parts: readonly string[]): string {
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(title)}"><title>${escape(title)}</title>${parts.join('')}</svg>`;
}

/** The span of an axis with its ticks. */
interface Axis {
  readonly from: number;
  readonly to: number;
  readonly ticks: ReadonlyArray<readonly [number, string]>;
}

function axis({ log, ticks, from }: AxisOptions, values: readonly number[]): Axis {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  if (ticks !== undefined) {
    const at = ticks.map(([value]) => value);
    return { from: from ?? Math.min(least, ...at), to: Math.max(most, ...at), ticks };
  }
  if (log === true) {
    const [low, high] = [Math.floor(Math.log10(Math.max(least, 1e-3))), Math.ceil(Math.log10(Math.max(most, 1e-3)))];
    const powers = Array.from({ length: Math.max(2, high - low + 1) }, (_, index) => 10 ** (low + index));
    return { from: powers[0] ?? 1, to: powers.at(-1) ?? 10, ticks: powers.map((power) => [power, short(power)]) };
  }
  const start = from ?? Math.min(0, least);
  const step = niceStep((most - start) / 5);
  const count = Math.max(1, Math.ceil((most - start) / step));
  const at = Array.from({ length: count + 1 }, (_, index) => start + index * step);
  return { from: start, to: at.at(-1) ?? 1, ticks: at.map((value) => [value, short(value)]) };
}

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(rough, 1e-6)));
  return ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
}

function scale({ from, to }: Axis, log: true | undefined, start: number, end: number): Scale {
  const map = (value: number): number => (log === true ? Math.log10(Math.max(value, from)) : value);
  const [low, high] = [map(from), map(to)];
  return (value) => start + ((map(value) - low) / (high - low || 1)) * (end - start);
}

function grid({ ticks }: Axis, toY: Scale): string[] {
  return ticks.flatMap(([value, label]) => [
    `<path class="grid" d="M${MARGIN.left} ${px(toY(value))}H${WIDTH - MARGIN.right}"/>`,
    text(MARGIN.left - 8, toY(value) + 4, label, 'tick end'),
  ]);
}

function xTicks({ ticks }: Axis, toX: Scale): string[] {
  return ticks.flatMap(([value, label]) => [
    `<path class="grid faint" d="M${px(toX(value))} ${MARGIN.top}V${HEIGHT - MARGIN.bottom}"/>`,
    text(toX(value), HEIGHT - MARGIN.bottom + 18, label, 'tick middle'),
  ]);
}

function line({ points, limit, failed }: Series, index: number, toX: Scale, toY: Scale): string {
  const path = points.map(([x, y], at) => `${at === 0 ? 'M' : 'L'}${px(toX(x))} ${px(toY(y))}`).join('');
  if (limit === true) return `<path class="limit" d="${path}"/>`;
  const colour = index % COLOURS;
  const marks =
    points.length > 60
      ? ''
      : points
          .map(([x, y]) =>
            failed?.(x) === true
              ? `<path class="cross line${colour}" d="M${px(toX(x) - 4)} ${px(toY(y) - 4)}l8 8m0 -8l-8 8"/>`
              : `<circle class="fill${colour}" cx="${px(toX(x))}" cy="${px(toY(y))}" r="3.2"/>`,
          )
          .join('');
  return `<path class="line line${colour}" d="${path}"/>${marks}`;
}

/** The names once more, for screens so narrow that the ends of the lines are scrolled to: the style sheet shows them only there. */
function keys(series: readonly Series[]): string {
  const one = ({ name, limit }: Series, index: number): string =>
    `<span><i class="${limit === true ? 'back-limit' : `back${index % COLOURS}`}"></i>${escape(name)}</span>`;
  return `<p class="keys" aria-hidden="true">${series.map(one).join('')}</p>`;
}

/** Names at the ends of the lines, moved apart where they would lie over one another. */
function legend(series: readonly Series[], toY: Scale): string[] {
  const ends = series
    .map(({ name, points, limit }, index) => ({ name, index, limit, y: toY(points.at(-1)?.[1] ?? 0) }))
    .toSorted((a, b) => a.y - b.y);
  let lowest: number = MARGIN.top;
  return ends.map(({ name, index, limit, y }) => {
    lowest = Math.max(lowest, y);
    const at = lowest;
    lowest += 16;
    return text(WIDTH - MARGIN.right + 10, at + 4, name, limit === true ? 'value' : `name text${index % COLOURS}`);
  });
}

export function text(x: number, y: number, content: string, classes: string): string {
  return `<text class="${classes}" x="${px(x)}" y="${px(y)}">${escape(content)}</text>`;
}

export function px(value: number): string {
  return value.toFixed(1);
}

/** 1200 as 1.2 k, without noise behind the point. */
export function short(value: number): string {
  if (Math.abs(value) >= 10_000) return `${Number((value / 1000).toPrecision(3))} k`;
  return String(Number(value.toPrecision(3)));
}

/** Text as HTML and as an attribute. */
export function escape(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
