/** How often one address may do what, so that nobody can take the server from the others. */
import { isIPv6 } from 'node:net';
import { AuthError } from '../auth/auth-error.ts';
import type { Config } from '../config/schema.ts';
import { TokenBucket } from '../socket/token-bucket.ts';

/** Addresses remembered for each kind of limit; of more, the one not seen for the longest is forgotten and begins anew. */
const REMEMBERED = 10_000;
/** A page with its files, or a reconnect of many, comes in a burst. */
const REQUEST_BURST_S = 4;

type Kind = 'request' | 'publish' | 'failure';

export interface LimitCounts {
  readonly requests: number;
  readonly publishes: number;
  readonly attempts: number;
  readonly connections: number;
}

export class AddressLimits {
  readonly #limits: Config['server']['limits'];
  readonly #nowMs: () => number;
  readonly #buckets: Readonly<Record<Kind, Map<string, TokenBucket>>> = {
    request: new Map(),
    publish: new Map(),
    failure: new Map(),
  };
  readonly #connections = new Map<string, number>();
  readonly #refused = { requests: 0, publishes: 0, attempts: 0, connections: 0 };

  /** @param nowMs a clock that only goes forward */
  constructor(limits: Config['server']['limits'], nowMs: () => number = () => performance.now()) {
    this.#limits = limits;
    this.#nowMs = nowMs;
  }

  /** How often each limit refused somebody. */
  get refused(): LimitCounts {
    return { ...this.#refused };
  }

  /** @throws {AuthError} `too-many-requests` */
  request(address: string): void {
    if (this.#bucket('request', address).take(this.#nowMs())) return;
    this.#refused.requests++;
    throw new AuthError('too-many-requests', 'Too many requests from this address. Wait a moment, and send fewer.');
  }

  /** @throws {AuthError} `too-many-requests` */
  publish(address: string): void {
    if (this.#bucket('publish', address).take(this.#nowMs())) return;
    this.#refused.publishes++;
    throw new AuthError(
      'too-many-requests',
      `More than ${this.#limits.publishesPerMinute} publications a minute from this address. Wait, then try again.`,
    );
  }

  /** Asked before credentials are looked at. @throws {AuthError} `too-many-attempts` after too many {@link failed} */
  attempt(address: string): void {
    if (this.#bucket('failure', address).has(this.#nowMs())) return;
    this.#refused.attempts++;
    throw new AuthError('too-many-attempts', 'Too many wrong tokens or links from this address. Wait a minute.');
  }

  /** What an address showed was wrong. */
  failed(address: string): void {
    this.#bucket('failure', address).take(this.#nowMs());
  }

  /** Counts one more connection. @returns what ends the count, or undefined when there are too many already */
  connect(address: string): (() => void) | undefined {
    const key = networkOf(address);
    const open = this.#connections.get(key) ?? 0;
    if (open >= this.#limits.connectionsPerAddress) {
      this.#refused.connections++;
      return undefined;
    }
    this.#connections.set(key, open + 1);
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      const left = (this.#connections.get(key) ?? 1) - 1;
      if (left > 0) this.#connections.set(key, left);
      else this.#connections.delete(key);
    };
  }

  #bucket(kind: Kind, address: string): TokenBucket {
    const buckets = this.#buckets[kind];
    const key = networkOf(address);
    const bucket = buckets.get(key) ?? this.#newBucket(kind);
    // Moved to the end: the first is then the one not seen for the longest.
    buckets.delete(key);
    buckets.set(key, bucket);
    if (buckets.size > REMEMBERED) for (const [oldest] of buckets) return (buckets.delete(oldest), bucket);
    return bucket;
  }

  #newBucket(kind: Kind): TokenBucket {
    const { requestsPerSecond, publishesPerMinute, failuresPerMinute } = this.#limits;
    const nowMs = this.#nowMs();
    if (kind === 'request') return new TokenBucket(requestsPerSecond, requestsPerSecond * REQUEST_BURST_S, nowMs);
    const perMinute = kind === 'publish' ? publishesPerMinute : failuresPerMinute;
    return new TokenBucket(perMinute / 60, perMinute, nowMs);
  }
}

/** What counts as one address: for IPv6 the /64, which one household or server has to itself. */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = '', tail] = (address.split('%')[0] ?? '').toLowerCase().split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0');
  const groups = [...before, ...(tail === undefined ? [] : zeros), ...after];
  return groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':');
}
