/**
 * ICE-lite (RFC 8445 2.5): the client controls and checks, the server answers on its own port.
 * werift's agent is not used for this: it answers checks without looking at their integrity, fails when an
 * offer carries no candidates, and needs a port per peer. Client candidates are not needed at all, so mDNS
 * names cannot hurt.
 */
import { randomBytes } from 'node:crypto';
import { bindingSuccess, roleConflict, verifyIntegrity, type BindingRequest } from './stun.ts';
import type { MuxPeer, Path, UdpMux } from './udp-mux.ts';

/** A client probes one path per interface and family; more is not a client. Oldest falls. */
const MAX_PATHS = 16;

/** What goes into `a=ice-ufrag` and `a=ice-pwd`. */
export interface IceCredentials {
  readonly ufrag: string;
  readonly pwd: string;
}

/** What a session tells its owner. */
export interface IceEvents {
  packet(packet: Buffer): void;
  /** The peer has moved to the credentials of the last {@link IceSession.restart}. */
  restarted(): void;
}

/** Our half of the connection to one peer. */
export class IceSession implements MuxPeer {
  /** Milliseconds on the caller's clock when the peer last proved that it is there. */
  lastHeardMs: number;
  #current = newCredentials();
  /** Still answered after a restart until the peer uses the new ones. */
  #previous: IceCredentials | undefined;
  readonly #paths = new Map<string, Path>();
  #selected: Path | undefined;
  #closed = false;
  readonly #mux: UdpMux;
  readonly #nowMs: () => number;
  readonly #events: IceEvents;

  constructor(mux: UdpMux, nowMs: () => number, events: IceEvents) {
    this.#mux = mux;
    this.#nowMs = nowMs;
    this.#events = events;
    this.lastHeardMs = nowMs();
    mux.claim(this.#current.ufrag, this);
  }

  get credentials(): IceCredentials {
    return this.#current;
  }

  /** New credentials; media goes on over the old path until the peer nominates a new one (RFC 8445 9). */
  restart(): IceCredentials {
    if (this.#previous) this.#mux.release(this.#previous.ufrag);
    this.#previous = this.#current;
    this.#current = newCredentials();
    if (!this.#closed) this.#mux.claim(this.#current.ufrag, this);
    return this.#current;
  }

  handleCheck(request: BindingRequest, path: Path): void {
    const credentials = request.localUfrag === this.#current.ufrag ? this.#current : this.#previous;
    if (!credentials || !verifyIntegrity(request, credentials.pwd)) return;
    this.lastHeardMs = this.#nowMs();
    if (request.claimsControlled) return this.#mux.send(path, roleConflict(request.transactionId, credentials.pwd));
    this.#learn(path);
    this.#mux.send(path, bindingSuccess(request.transactionId, credentials.pwd, path.address, path.port));
    // Until the peer nominates, the first path that works carries the handshake.
    if (request.useCandidate || !this.#selected) this.#selected = path;
    if (!request.useCandidate || credentials !== this.#current || !this.#previous) return;
    this.#forgetPrevious();
    this.#events.restarted();
  }

  handlePacket(packet: Buffer): void {
    this.#events.packet(packet);
  }

  send(packet: Buffer): void {
    if (this.#selected && !this.#closed) this.#mux.send(this.#selected, packet);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#forgetPrevious();
    this.#mux.release(this.#current.ufrag);
    for (const path of this.#paths.values()) this.#mux.unbind(path, this);
    this.#paths.clear();
  }

  #learn(path: Path): void {
    if (this.#paths.has(path.key)) return;
    if (this.#paths.size >= MAX_PATHS) {
      const oldest = [...this.#paths.values()].find((known) => known !== this.#selected);
      if (oldest) {
        this.#paths.delete(oldest.key);
        this.#mux.unbind(oldest, this);
      }
    }
    this.#paths.set(path.key, path);
    this.#mux.bind(path, this);
  }

  #forgetPrevious(): void {
    if (this.#previous) this.#mux.release(this.#previous.ufrag);
    this.#previous = undefined;
  }
}

function newCredentials(): IceCredentials {
  return { ufrag: randomBytes(6).toString('hex'), pwd: randomBytes(18).toString('hex') };
}
