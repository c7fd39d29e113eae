/** The part of STUN (RFC 8489) that an ICE-lite agent speaks: it answers binding requests and sends none. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { isIPv4 } from 'node:net';
import { crc32 } from 'node:zlib';

const MAGIC_COOKIE = 0x2112a442;
const HEADER_BYTES = 20;
const BINDING_REQUEST = 0x0001;
const BINDING_SUCCESS = 0x0101;
const BINDING_ERROR = 0x0111;
const USERNAME = 0x0006;
const MESSAGE_INTEGRITY = 0x0008;
const ERROR_CODE = 0x0009;
const XOR_MAPPED_ADDRESS = 0x0020;
const USE_CANDIDATE = 0x0025;
const FINGERPRINT = 0x8028;
const ICE_CONTROLLED = 0x8029;
const INTEGRITY_BYTES = 20;

/** A peer's connectivity check. Not to be believed before {@link verifyIntegrity}. */
export interface BindingRequest {
  readonly transactionId: Buffer;
  /** Our half of USERNAME (`ours:theirs`). */
  readonly localUfrag: string;
  readonly useCandidate: boolean;
  /** The peer thinks that we control; a lite agent never does (RFC 8445 6.1.1). */
  readonly claimsControlled: boolean;
  readonly packet: Buffer;
  /** Where MESSAGE-INTEGRITY starts in `packet`. */
  readonly integrityAt: number;
}

/** True when the first bytes are those of STUN (RFC 7983: first byte 0..3, magic cookie). */
export function isStun(packet: Buffer): boolean {
  return packet.length >= HEADER_BYTES && packet[0] < 4 && packet.readUInt32BE(4) === MAGIC_COOKIE;
}

/** Reads a binding request; undefined for every other or malformed message. */
export function parseBindingRequest(packet: Buffer): BindingRequest | undefined {
  if (packet.readUInt16BE(0) !== BINDING_REQUEST || packet.readUInt16BE(2) + HEADER_BYTES !== packet.length)
    return undefined;
  let username: string | undefined;
  let useCandidate = false;
  let claimsControlled = false;
  for (let at = HEADER_BYTES; at + 4 <= packet.length;) {
    const type = packet.readUInt16BE(at);
    const length = packet.readUInt16BE(at + 2);
    if (at + 4 + length > packet.length) return undefined;
    if (type === USERNAME) username = packet.toString('utf8', at + 4, at + 4 + length);
    else if (type === USE_CANDIDATE) useCandidate = true;
    else if (type === ICE_CONTROLLED) claimsControlled = true;
    else if (type === MESSAGE_INTEGRITY) {
      const localUfrag = username?.split(':')[0];
      if (length !== INTEGRITY_BYTES || !localUfrag) return undefined;
      const transactionId = packet.subarray(8, HEADER_BYTES);
      return { transactionId, localUfrag, useCandidate, claimsControlled, packet, integrityAt: at };
    }
    at += 4 + length + ((4 - (length % 4)) % 4);
  }
  return undefined;
}

/** True when whoever sent the request knows our password. */
export function verifyIntegrity(request: BindingRequest, password: string): boolean {
  const { packet, integrityAt } = request;
  const signed = Buffer.from(packet.subarray(0, integrityAt));
  signed.writeUInt16BE(integrityAt - HEADER_BYTES + 4 + INTEGRITY_BYTES, 2);
  const expected = createHmac('sha1', password).update(signed).digest();
  return timingSafeEqual(expected, packet.subarray(integrityAt + 4, integrityAt + 4 + INTEGRITY_BYTES));
}

/** The success response, signed with our password, telling the peer how we see it. */
export function bindingSuccess(transactionId: Buffer, password: string, address: string, port: number): Buffer {
  return message(
    BINDING_SUCCESS,
    transactionId,
    password,
    XOR_MAPPED_ADDRESS,
    xorAddress(transactionId, address, port),
  );
}

/** 487 Role Conflict: tells the peer that it must control. */
export function roleConflict(transactionId: Buffer, password: string): Buffer {
  const value = Buffer.concat([Buffer.from([0, 0, 4, 87]), Buffer.from('Role Conflict\0\0\0')]);
  return message(BINDING_ERROR, transactionId, password, ERROR_CODE, value);
}

function message(type: number, transactionId: Buffer, password: string, attribute: number, value: Buffer): Buffer {
  const integrityAt = HEADER_BYTES + 4 + value.length;
  const fingerprintAt = integrityAt + 4 + INTEGRITY_BYTES;
  const out = Buffer.alloc(fingerprintAt + 8);
  out.writeUInt16BE(type, 0);
  out.writeUInt16BE(fingerprintAt - HEADER_BYTES, 2);
  out.writeUInt32BE(MAGIC_COOKIE, 4);
  transactionId.copy(out, 8);
  out.writeUInt16BE(attribute, HEADER_BYTES);
  out.writeUInt16BE(value.length, HEADER_BYTES + 2);
  value.copy(out, HEADER_BYTES + 4);
  out.writeUInt16BE(MESSAGE_INTEGRITY, integrityAt);
  out.writeUInt16BE(INTEGRITY_BYTES, integrityAt + 2);
  createHmac('sha1', password)
    .update(out.subarray(0, integrityAt))
    .digest()
    .copy(out, integrityAt + 4);
  out.writeUInt16BE(out.length - HEADER_BYTES, 2);
  out.writeUInt16BE(FINGERPRINT, fingerprintAt);
  out.writeUInt16BE(4, fingerprintAt + 2);
  out.writeUInt32BE((crc32(out.subarray(0, fingerprintAt)) ^ 0x5354554e) >>> 0, fingerprintAt + 4);
  return out;
}

function xorAddress(transactionId: Buffer, address: string, port: number): Buffer {
  const ip = isIPv4(address) ? Buffer.from(address.split('.').map(Number)) : ipv6Bytes(address);
  const mask = Buffer.alloc(16);
  mask.writeUInt32BE(MAGIC_COOKIE, 0);
  transactionId.copy(mask, 4);
  const value = Buffer.alloc(4 + ip.length);
  value[1] = ip.length === 4 ? 1 : 2;
  value.writeUInt16BE(port ^ (MAGIC_COOKIE >>> 16), 2);
  for (let i = 0; i < ip.length; i++) value[4 + i] = ip[i] ^ mask[i];
  return value;
}

function ipv6Bytes(address: string): Buffer {
  const [head = '', tail] = address.split('%')[0].split('::');
  const groups = (part: string): string[] => (part ? part.split(':') : []);
  const left = groups(head);
  const right = groups(tail ?? '');
  const zeros = Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0');
  const out = Buffer.alloc(16);
  [...left, ...(tail === undefined ? [] : zeros), ...right].forEach((group, i) =>
    out.writeUInt16BE(parseInt(group, 16), i * 2),
  );
  return out;
}
