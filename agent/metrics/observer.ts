/** What the running agent tells those who count and measure. */
import type { AffectEvent, Description } from '../../pipeline/index.ts';

/** A description that a client acknowledged. */
export interface Delivered {
  /** From the event's arrival at the agent until the acknowledgement was here. */
  readonly deliveredMs: number;
  /** From the end of the hop until then. */
  readonly sinceHopMs: number;
  /** When the hop closed, on the process's clock. */
  readonly closedUs: number;
  readonly latencyMs: Description['latencyMs'];
}

/** Calls never block and never throw. */
export interface Observer {
  /** An event of a consenting person goes out to those who may see it. */
  published(event: AffectEvent): void;
  delivered(delivered: Delivered): void;
  /** Everything of a person was cleared, this long after they withdrew. */
  cleared(tookMs: number): void;
}
