/** How one person appeared over the last minutes: two lines, with the sentences and the changes as marks. */
import uPlot from 'uplot';
import { t } from '../texts.ts';
import { el } from './dom.ts';
import { Series } from './timeline-series.ts';

const HEIGHT = 120;
const WINDOW_S = 120;

interface Inks {
  readonly text: string;
  readonly line: string;
  readonly tone: string;
  readonly muted: string;
  readonly watch: string;
}

export class Timeline {
  readonly element: HTMLElement;
  readonly #series = new Series();
  readonly #plot: uPlot;
  readonly #holder: HTMLElement;
  readonly #told = el('p', { class: 'plot-told' });
  readonly #sizes: ResizeObserver;
  #inks: Inks;

  constructor(name: string) {
    this.#holder = el('div', { class: 'plot', role: 'img', 'aria-label': t('chart', { name }) });
    this.element = el('section', { class: 'timeline' }, el('h3', {}, name), this.#holder, this.#told);
    this.#inks = inksOf(document.body);
    this.#plot = new uPlot(this.#options(), [[], [], []], this.#holder);
    this.#sizes = new ResizeObserver(() => this.#fit());
    this.#sizes.observe(this.#holder);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', this.#recolour);
  }

  get series(): Series {
    return this.#series;
  }

  /** Draws what has come. @param nowMs room time */
  draw(nowMs: number): void {
    const now = nowMs / 1000;
    this.#plot.batch(() => {
      this.#plot.setData(this.#series.columns(), false);
      this.#plot.setScale('x', { min: now - WINDOW_S, max: now });
    });
  }

  /** Idempotent. */
  close(): void {
    this.#sizes.disconnect();
    matchMedia('(prefers-color-scheme: dark)').removeEventListener('change', this.#recolour);
    this.#plot.destroy();
    this.element.remove();
  }

  #fit(): void {
    const width = this.#holder.clientWidth;
    if (width > 0 && width !== this.#plot.width) this.#plot.setSize({ width, height: HEIGHT });
  }

  readonly #recolour = (): void => {
    this.#inks = inksOf(document.body);
    this.#plot.redraw(false, true);
  };

  #options(): uPlot.Options {
    const ink = (name: keyof Inks) => (): string => this.#inks[name];
    const axis = { stroke: ink('muted'), grid: { stroke: ink('line'), width: 1 }, ticks: { show: false } };
    return {
      width: 300,
      height: HEIGHT,
      padding: [8, 8, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
      scales: { x: { time: false }, y: { range: [-1, 1] } },
      axes: [
        { ...axis, space: 60, size: 22, values: (_plot, ticks) => ticks.map((atS) => (atS < 0 ? '' : clock(atS))) },
        { ...axis, size: 26, splits: () => [-1, 0, 1], values: () => ['−', '0', '+'] },
      ],
      series: [
        {},
        { stroke: ink('tone'), width: 2, points: { show: false }, spanGaps: false },
        { stroke: ink('muted'), width: 1.5, dash: [4, 4], points: { show: false }, spanGaps: false },
      ],
      hooks: { draw: [(plot) => this.#mark(plot)], setCursor: [(plot) => this.#tell(plot)] },
    };
  }

  /** Sentences are triangles at the foot, changes are dashed lines with a diamond: told apart without colour. */
  #mark(plot: uPlot): void {
    const { ctx, bbox } = plot;
    const unit = devicePixelRatio;
    const inside = (x: number): boolean => x >= bbox.left && x <= bbox.left + bbox.width;
    const foot = bbox.top + bbox.height;
    ctx.save();
    ctx.fillStyle = this.#inks.text;
    for (const { atS } of this.#series.sentences) {
      const x = plot.valToPos(atS, 'x', true);
      if (inside(x)) shape(ctx, [x - 4 * unit, foot, x, foot - 7 * unit, x + 4 * unit, foot]);
    }
    ctx.fillStyle = this.#inks.watch;
    ctx.strokeStyle = this.#inks.watch;
    ctx.lineWidth = 1.5 * unit;
    ctx.setLineDash([3 * unit, 3 * unit]);
    for (const { atS } of this.#series.shifts) {
      const x = plot.valToPos(atS, 'x', true);
      if (!inside(x)) continue;
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, foot);
      ctx.stroke();
      const top = bbox.top;
      shape(ctx, [x, top - 2 * unit, x + 5 * unit, top + 4 * unit, x, top + 10 * unit, x - 5 * unit, top + 4 * unit]);
    }
    ctx.restore();
  }

  #tell(plot: uPlot): void {
    const left = plot.cursor.left ?? -1;
    const near = left < 0 ? undefined : this.#series.markBefore(plot.posToVal(left, 'x'));
    this.#told.textContent = near ? `${clock(near.atS)}  ${near.text}` : '';
  }
}

function shape(ctx: CanvasRenderingContext2D, [x = 0, y = 0, ...corners]: readonly number[]): void {
  ctx.beginPath();
  ctx.moveTo(x, y);
  for (let i = 0; i < corners.length; i += 2) ctx.lineTo(corners[i] ?? 0, corners[i + 1] ?? 0);
  ctx.closePath();
  ctx.fill();
}

/** `4:05` into the call. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

// A canvas does not know the page's variables.
function inksOf(parent: HTMLElement): Inks {
  const probe = el('i', { hidden: true });
  parent.append(probe);
  const read = (name: string): string => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const inks = {
    text: read('text'),
    line: read('line'),
    tone: read('tone'),
    muted: read('muted'),
    watch: read('watch'),
  };
  probe.remove();
  return inks;
}
