/** Where a request comes from, also when a proxy stands in front. */
import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, isIPv6 } from 'node:net';

export interface Visitor {
  /** The client's address, or the nearest one that is certain. */
  readonly address: string;
  /** True when the client itself speaks HTTPS, to this server or to a trusted proxy. */
  readonly secure: boolean;
  /** True when a trusted proxy stands in between, whose connections are not the client's own. */
  readonly proxied: boolean;
}

/** Believes `X-Forwarded-For` and `X-Forwarded-Proto` of the proxies it is told of, and of nobody else. */
export class ProxyTrust {
  readonly #trusted = new BlockList();

  /** @param proxies addresses or subnets (`server.trustedProxies`) */
  constructor(proxies: readonly string[]) {
    for (const proxy of proxies) {
      const [address = '', prefix] = proxy.split('/');
      const family = isIPv6(address) ? 'ipv6' : 'ipv4';
      if (prefix === undefined) this.#trusted.addAddress(address, family);
      else this.#trusted.addSubnet(address, Number(prefix), family);
    }
  }

  trusts(address: string): boolean {
    return isIP(address) !== 0 && this.#trusted.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  }

  visitor({ socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>): Visitor {
    const encrypted = 'encrypted' in socket && socket.encrypted === true;
    const peer = plainAddress(socket.remoteAddress);
    if (!this.trusts(peer)) return { address: peer, secure: encrypted, proxied: false };
    const proto = listOf(headers['x-forwarded-proto']).at(-1);
    return { address: this.#forwarded(peer, headers['x-forwarded-for']), secure: proto === 'https', proxied: true };
  }

  /** From the nearest hop outwards, as long as each was named by somebody trusted: what stands before that can be made up. */
  #forwarded(peer: string, header: string | string[] | undefined): string {
    let address = peer;
    for (const named of listOf(header).toReversed()) {
      const next = plainAddress(named);
      if (isIP(next) === 0) return address;
      address = next;
      if (!this.trusts(address)) return address;
    }
    return address;
  }
}

/** An address without the IPv6 wrapping of an IPv4 one. */
export function plainAddress(address: string | undefined): string {
  return (address ?? '').trim().replace(/^::ffff:(?=\d+\.)/i, '');
}

function listOf(header: string | string[] | undefined): string[] {
  return [header ?? []].flat().flatMap((line) => line.split(',').map((part) => part.trim()));
}
