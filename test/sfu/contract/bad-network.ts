/** A network between one client and the server that loses media packets, or lets only so much of them through. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** Says whether a media packet of this many bytes falls. */
export type Fate = (bytes: number) => boolean;

/** Every so many media packets one falls. */
export function loseEvery(count: number): Fate {
  let seen = 0;
  return () => seen++ % count === count - 1;
}

/** What a narrow line without much of a queue lets through. */
export class Bottleneck {
  bitsPerSecond: number;
  #credit = 0;
  #lastMs = performance.now();

  constructor(bitsPerSecond: number) {
    this.bitsPerSecond = bitsPerSecond;
  }

  readonly fate: Fate = (bytes) => {
    const nowMs = performance.now();
    const burst = this.bitsPerSecond / 10;
    this.#credit = Math.min(burst, this.#credit + ((nowMs - this.#lastMs) * this.bitsPerSecond) / 1000);
    this.#lastMs = nowMs;
    if (this.#credit < bytes * 8) return true;
    this.#credit -= bytes * 8;
    return false;
  };
}

/** Stands in for the server's port. As a NAT does, it keeps a socket for each address and port that the client calls from. */
export class BadNetwork {
  lost = 0;
  readonly #client: Socket;
  readonly #outer = new Map<string, Socket>();
  readonly #serverPort: number;
  readonly #fate: Fate;

  private constructor(client: Socket, serverPort: number, fate: Fate) {
    this.#client = client;
    this.#serverPort = serverPort;
    this.#fate = fate;
    client.on('message', (packet, { address, port }) => {
      if (!this.#loses(packet)) this.#outerOf(address, port).send(packet, this.#serverPort, '127.0.0.1');
    });
  }

  /** Returns the network and the description with the server's port replaced by the network's; TCP would lead around it. */
  static async before(sdp: string, fate: Fate): Promise<{ network: BadNetwork; sdp: string }> {
    const client = createSocket('udp4');
    client.bind(0, '127.0.0.1');
    await once(client, 'listening');
    const port = /1 udp \d+ 127\.0\.0\.1 (\d+) typ host/.exec(sdp)![1];
    const edited = sdp
      .replaceAll(/a=candidate:.* tcptype .*\r\n/g, '')
      .replaceAll(`127.0.0.1 ${port} typ host`, `127.0.0.1 ${client.address().port} typ host`);
    return { network: new BadNetwork(client, Number(port), fate), sdp: edited };
  }

  close(): void {
    this.#client.close();
    for (const socket of this.#outer.values()) socket.close();
  }

  #outerOf(address: string, port: number): Socket {
    const key = `${address} ${port}`;
    const known = this.#outer.get(key);
    if (known) return known;
    const socket = createSocket('udp4');
    this.#outer.set(key, socket);
    socket.on('message', (packet) => {
      if (!this.#loses(packet)) this.#client.send(packet, port, address);
    });
    return socket;
  }

  #loses(packet: Buffer): boolean {
    const isRtp = packet[0] >= 128 && packet[0] < 192 && (packet[1] < 192 || packet[1] > 223);
    const lost = isRtp && this.#fate(packet.length);
    if (lost) this.lost++;
    return lost;
  }
}
