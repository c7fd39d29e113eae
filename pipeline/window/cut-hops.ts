import { asyncScheduler, Observable, type OperatorFunction, type SchedulerLike } from 'rxjs';
import { HopCutter, type HopCutterOptions } from './hop-cutter.ts';
import type { Hop, TurnInput, WindowInput } from './hop.ts';
import type { Turn } from './turn-detector.ts';

export interface CutHopsOptions extends HopCutterOptions {
  /** When given, the operator tells itself the time this often, ms; otherwise the source carries `tick`s. */
  readonly tickMs?: number;
  /** For the operator's own ticks; its `now()` (ms) is the clock of `captureUs` unless `nowUs` is given. */
  readonly scheduler?: SchedulerLike;
  /** A turn ended; `open`: the hops that are not over yet, see {@link HopCutter.peek}. */
  readonly onTurn?: (turn: Turn, open: readonly Hop[]) => void;
}

/** Cuts one person's stream into hops, one emission per hop; on completion what is open is flushed. See {@link HopCutter}. */
export function cutHops(options: CutHopsOptions = {}): OperatorFunction<WindowInput | TurnInput, Hop> {
  const { tickMs, scheduler = asyncScheduler, nowUs = () => scheduler.now() * 1000 } = options;
  return (source) =>
    new Observable((subscriber) => {
      const cutter = new HopCutter(options);
      const take = (input: WindowInput | TurnInput): void => {
        if (input.kind === 'turn') options.onTurn?.(input.turn, cutter.peek());
        else for (const hop of cutter.push(input)) subscriber.next(hop);
      };
      subscriber.add(
        source.subscribe({
          next: take,
          error: (error: unknown) => subscriber.error(error),
          complete: () => {
            for (const hop of cutter.flush()) subscriber.next(hop);
            subscriber.complete();
          },
        }),
      );
      if (tickMs === undefined) return;
      subscriber.add(
        scheduler.schedule(function tick() {
          take({ kind: 'tick', nowUs: nowUs() });
          this.schedule(undefined, tickMs);
        }, tickMs),
      );
    });
}
