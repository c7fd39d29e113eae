/** One UDP port per listening address for every peer: STUN is told apart by ufrag, the rest by the address it proved. */
import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { SfuError } from '../sfu-error.ts';
import { SOCKET_BUFFER_BYTES } from '../sfu-options.ts';
import { isStun, parseBindingRequest, type BindingRequest } from './stun.ts';

/** A way to a peer: the socket of ours and the address of theirs. */
export interface Path {
  readonly key: string;
  readonly socket: Socket;
  readonly address: string;
  readonly port: number;
}

/** Whoever owns a ufrag. */
export interface MuxPeer {
  handleCheck(request: BindingRequest, path: Path): void;
  handlePacket(packet: Buffer, path: Path): void;
}

/** A host candidate that the server offers. */
export interface HostCandidate {
  readonly address: string;
  readonly port: number;
}

/** Where to listen and what to announce. */
export interface MuxOptions {
  readonly listenIps: readonly string[];
  /** The first free port of the range is taken; 0 lets the system choose. */
  readonly udpPorts: { readonly min: number; readonly max: number };
  /** Told to peers instead of the listening address (NAT, containers). */
  readonly announcedAddress?: string | undefined;
}

/** The sockets and the table of who is behind which address. */
export class UdpMux {
  readonly candidates: readonly HostCandidate[];
  /** Datagrams that belonged to nobody. */
  strays = 0;
  readonly #sockets: readonly Socket[];
  readonly #byUfrag = new Map<string, MuxPeer>();
  readonly #byPath = new Map<string, { peer: MuxPeer; path: Path }>();

  private constructor(sockets: readonly Socket[], candidates: readonly HostCandidate[]) {
    this.#sockets = sockets;
    this.candidates = candidates;
    sockets.forEach((socket, index) => {
      socket.on('message', (packet, from) => this.#receive(packet, from.address, from.port, socket, index));
      // ICMP errors of peers that went away surface here; consent expiry deals with the peer.
      socket.on('error', () => this.strays++);
    });
  }

  /** Binds every address. Throws {@link SfuError} `no-port` when the range has no free port. */
  static async open(options: MuxOptions): Promise<UdpMux> {
    const sockets: Socket[] = [];
    try {
      for (const ip of options.listenIps) sockets.push(await bindInRange(ip, options.udpPorts));
    } catch (error) {
      for (const socket of sockets) socket.close();
      throw error;
    }
    const candidates = sockets.flatMap((socket, i) => {
      const { port } = socket.address();
      return announced(options.listenIps[i], options.announcedAddress).map((address) => ({ address, port }));
    });
    return new UdpMux(sockets, candidates);
  }

  claim(ufrag: string, peer: MuxPeer): void {
    this.#byUfrag.set(ufrag, peer);
  }

  release(ufrag: string): void {
    this.#byUfrag.delete(ufrag);
  }

  /** From now on packets of this path go to `peer`, which has authenticated a check on it. */
  bind(path: Path, peer: MuxPeer): void {
    this.#byPath.set(path.key, { peer, path });
  }

  unbind(path: Path, peer: MuxPeer): void {
    if (this.#byPath.get(path.key)?.peer === peer) this.#byPath.delete(path.key);
  }

  send(path: Path, packet: Buffer): void {
    if (!this.#closed) path.socket.send(packet, path.port, path.address);
  }

  #closed = false;

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#byUfrag.clear();
    this.#byPath.clear();
    await Promise.all(this.#sockets.map((socket) => new Promise<void>((done) => socket.close(() => done()))));
  }

  #receive(packet: Buffer, address: string, port: number, socket: Socket, index: number): void {
    const key = `${index}|${address}|${port}`;
    if (isStun(packet)) {
      const request = parseBindingRequest(packet);
      const peer = request && this.#byUfrag.get(request.localUfrag);
      if (peer) peer.handleCheck(request, this.#byPath.get(key)?.path ?? { key, socket, address, port });
      else this.strays++;
      return;
    }
    const known = this.#byPath.get(key);
    if (known) known.peer.handlePacket(packet, known.path);
    else this.strays++;
  }
}

/** A socket on the first free port of the range. Throws {@link SfuError} `no-port`. */
export async function bindInRange(ip: string, { min, max }: MuxOptions['udpPorts']): Promise<Socket> {
  for (let port = min; port <= max; port++) {
    const socket = await bind(ip, port);
    if (socket) return socket;
  }
  throw new SfuError(
    'no-port',
    `No UDP port between ${min} and ${max} is free on ${ip}: widen the range, or stop what holds it.`,
  );
}

function bind(ip: string, port: number): Promise<Socket | undefined> {
  const family = isIPv6(ip) ? 6 : 4;
  // Peers are always given by address: skipping the resolver saves a trip per packet.
  const lookup = (
    host: string,
    _options: object,
    callback: (error: null, address: string, family: number) => void,
  ): void => callback(null, host, family);
  const socket = createSocket({ type: family === 6 ? 'udp6' : 'udp4', ipv6Only: family === 6, lookup });
  return new Promise((resolve, reject) => {
    socket.once('error', (error: NodeJS.ErrnoException) => {
      socket.close();
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else
        reject(
          new SfuError(
            'no-port',
            `Cannot listen on ${ip}:${port} (${error.code ?? error.message}): choose an address of this machine.`,
            { cause: error },
          ),
        );
    });
    socket.bind({ port, address: ip, exclusive: true }, () => {
      socket.removeAllListeners('error');
      try {
        socket.setRecvBufferSize(SOCKET_BUFFER_BYTES);
        socket.setSendBufferSize(SOCKET_BUFFER_BYTES);
      } catch {
        // Some containers forbid it; the default then has to do.
      }
      resolve(socket);
    });
  });
}

function announced(ip: string, address: string | undefined): string[] {
  if (address) return [address];
  if (ip !== '0.0.0.0' && ip !== '::') return [ip];
  const family = ip === '::' ? 'IPv6' : 'IPv4';
  return Object.values(networkInterfaces()).flatMap((list) =>
    (list ?? []).filter((entry) => entry.family === family && !entry.internal).map((entry) => entry.address),
  );
}
