/**
 * What `attach` asks of your mediasoup objects, in as few members as possible: so the types of any mediasoup 3 fit, and
 * not only those of the version that Undertone itself was made with. All else that is called has been there since 3.15.
 */
import type { ConsentGrant } from '../../sfu/index.ts';

/** A mediasoup `Router`. */
export interface AnyRouter {
  readonly id: string;
  readonly closed: boolean;
  createDirectTransport(): Promise<unknown>;
}

/** A mediasoup `Producer`. */
export interface AnyProducer {
  readonly id: string;
  readonly kind: 'audio' | 'video';
  readonly closed: boolean;
  /** What your program gave it when it was made. */
  readonly appData: Record<string, unknown>;
}

/**
 * Whose media a producer carries, as far as they consented. Written as a method because those may name your own
 * mediasoup's `Producer` as what they take.
 */
export type GrantOf = { of(producer: AnyProducer): ConsentGrant | undefined }['of'];
