/** The engines that keep the contract of `Sfu`, each with how to start it. */
import { createMediasoupSfu, createWeriftSfu, type Sfu } from '../../../sfu/index.ts';
import type { SfuLimits } from '../../../sfu/sfu-options.ts';
import { findMediasoup } from '../../support/machine.ts';

/** What both engines understand. */
export interface EngineOptions {
  readonly limits?: Partial<SfuLimits>;
  readonly udpPorts?: { readonly min: number; readonly max: number };
  readonly announcedAddress?: string;
}

/** One engine under test. */
export interface TestedEngine {
  readonly name: string;
  /** False when a part of it is not on this machine. */
  readonly here: boolean;
  create(options?: EngineOptions): Promise<Sfu>;
}

/** True when mediasoup's worker program is on this machine. */
export const hasWorker = findMediasoup() !== undefined;

export const ENGINES: readonly TestedEngine[] = [
  { name: 'werift', here: true, create: createWeriftSfu },
  // One worker: a test that counts ports or kills it knows which it is.
  { name: 'mediasoup', here: hasWorker, create: (options) => createMediasoupSfu({ workers: 1, ...options }) },
];
