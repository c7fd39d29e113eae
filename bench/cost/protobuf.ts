/** Just enough of the protocol-buffers wire format to look into an ONNX file and to change a little of it. */

const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

/** One field of a message. */
export interface Field {
  readonly number: number;
  /** What a length-delimited field holds; empty for numbers. */
  readonly bytes: Uint8Array;
  /** The field as it stands in the message, key and all. */
  readonly whole: Uint8Array;
}

/** The fields of a message in their order. Throws when the bytes are no message. */
export function fieldsOf(message: Uint8Array): Field[] {
  const found: Field[] = [];
  let at = 0;
  const varint = (): number => {
    let [value, scale] = [0, 1];
    for (let byte = 0x80; byte >= 0x80; scale *= 128) {
      byte = message[at++] ?? 0;
      value += (byte & 0x7f) * scale;
    }
    return value;
  };
  while (at < message.length) {
    const start = at;
    const key = varint();
    const [number, wire] = [Math.floor(key / 8), key % 8];
    let bytes = message.subarray(0, 0);
    if (wire === VARINT) varint();
    else if (wire === FIXED64) at += 8;
    else if (wire === FIXED32) at += 4;
    else if (wire === LENGTH_DELIMITED) {
      const length = varint();
      bytes = message.subarray(at, (at += length));
      if (at > message.length) throw new Error('these bytes end in the middle of a field');
    } else throw new Error(`these bytes are no protobuf (wire type ${wire})`);
    found.push({ number, bytes, whole: message.subarray(start, at) });
  }
  return found;
}

/** A length-delimited field: text, bytes, or a message of parts. */
export function field(number: number, ...parts: ReadonlyArray<Uint8Array | string>): Uint8Array {
  const body = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
  return Buffer.concat([varintBytes(number * 8 + LENGTH_DELIMITED), varintBytes(body.length), body]);
}

/** A field that holds a whole number, not negative. */
export function numberField(number: number, value: number): Uint8Array {
  return Buffer.concat([varintBytes(number * 8 + VARINT), varintBytes(value)]);
}

export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
}

function varintBytes(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 0x80);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}
