/** The last packets of a published track, from which viewers' NACKs are answered. Bounded; the oldest fall. */
export class PacketCache {
  readonly #size: number;
  readonly #indices: Float64Array;
  readonly #packets: Array<Buffer | undefined>;

  /** `size` in packets. */
  constructor(size: number) {
    this.#size = size;
    this.#indices = new Float64Array(size).fill(-1);
    this.#packets = Array<Buffer | undefined>(size).fill(undefined);
  }

  put(index: number, packet: Buffer): void {
    this.#indices[index % this.#size] = index;
    this.#packets[index % this.#size] = packet;
  }

  get(index: number): Buffer | undefined {
    return this.#indices[index % this.#size] === index ? this.#packets[index % this.#size] : undefined;
  }

  clear(): void {
    this.#indices.fill(-1);
    this.#packets.fill(undefined);
  }
}
