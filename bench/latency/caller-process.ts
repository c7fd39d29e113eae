import { z } from 'zod';
import { BenchError } from '../bench-error.ts';
import { Child } from './child.ts';

const replySchema = z.union([z.object({ playing: z.string() }), z.object({ failed: z.string() })]);

export interface CallerOrders {
  readonly whipUrl: string;
  readonly token: string;
  readonly media?: string | undefined;
  readonly voice?: string | undefined;
}

/** A headless caller in a process of its own, so that encoding its media does not disturb what is measured here. */
export class CallerProcess {
  /** What it plays. */
  readonly title: string;
  readonly #child: Child;

  /** Resolves when media flow. Throws {@link BenchError} `caller-failed`. */
  static async start(orders: CallerOrders, signal: AbortSignal): Promise<CallerProcess> {
    const child = new Child('./publisher-main', [], signal);
    const reply = new Promise<unknown>((resolve, reject) => {
      child.process.once('message', resolve);
      child.process.once('error', reject);
      child.process.once('exit', (code, killedBy) =>
        reject(
          new BenchError('caller-failed', `The caller ended with ${killedBy ?? `code ${code}`}.\n${child.stderr}`),
        ),
      );
    });
    try {
      child.process.send({ ...orders });
      const answer = replySchema.parse(await reply);
      if ('failed' in answer) throw new BenchError('caller-failed', answer.failed);
      return new CallerProcess(child, answer.playing);
    } catch (error) {
      await child.close();
      throw error;
    }
  }

  private constructor(child: Child, title: string) {
    this.#child = child;
    this.title = title;
  }

  get ended(): boolean {
    return this.#child.ended;
  }

  cpuMs(): Promise<number | null> {
    return this.#child.cpuMs();
  }

  /** Idempotent. */
  close(): Promise<void> {
    return this.#child.close();
  }
}
