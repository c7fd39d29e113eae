/** Just enough of the protocol-buffers wire format to write an ONNX file: varints and length-delimited fields. */
export class ProtoWriter {
  readonly #parts: Uint8Array[] = [];

  /** Writes an int32, int64, enum or bool field (wire type 0). `value` may be negative and must be a safe integer. */
  int(field: number, value: number): this {
    this.#varint(BigInt(field) << 3n);
    this.#varint(BigInt.asUintN(64, BigInt(value)));
    return this;
  }

  /** Writes a bytes, string or embedded-message field (wire type 2). The bytes are kept by reference until `finish()`. */
  bytes(field: number, value: Uint8Array | string | ProtoWriter): this {
    const body =
      value instanceof ProtoWriter ? value.finish() : typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
    this.#varint((BigInt(field) << 3n) | 2n);
    this.#varint(BigInt(body.length));
    this.#parts.push(body);
    return this;
  }

  /** Writes a repeated int64 field in packed form. */
  packedInts(field: number, values: readonly number[]): this {
    const packed = new ProtoWriter();
    for (const value of values) packed.#varint(BigInt.asUintN(64, BigInt(value)));
    return this.bytes(field, packed);
  }

  /** All that was written, as one array. */
  finish(): Uint8Array {
    return Buffer.concat(this.#parts);
  }

  #varint(value: bigint): void {
    const bytes: number[] = [];
    let rest = value;
    while (rest > 127n) {
      bytes.push(Number(rest & 127n) | 128);
      rest >>= 7n;
    }
    bytes.push(Number(rest));
    this.#parts.push(Uint8Array.from(bytes));
  }
}
