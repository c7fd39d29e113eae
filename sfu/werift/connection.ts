/** One peer connection: ICE-lite below, DTLS-SRTP above, and whether anybody is still there. */
import type { Counters } from './counters.ts';
import { IceSession } from './ice-session.ts';
import { type Certificate, SecureTransport, type SecureTransportEvents } from './secure-transport.ts';
import type { LocalTransport, RemoteTransport } from './transport-sdp.ts';
import type { UdpMux } from './udp-mux.ts';

/** How long the engine waits for peers. */
export interface Patience {
  /** From the first description to a finished handshake, in ms. */
  readonly halfOpenMs: number;
  /** Silence after which a peer is gone, in ms. RFC 7675 has clients speak every 4 to 6 s. */
  readonly consentMs: number;
}

/** What every connection of an engine shares. */
export interface EngineContext {
  readonly mux: UdpMux;
  readonly certificate: Certificate;
  readonly counters: Counters;
  readonly patience: Patience;
  readonly nowMs: () => number;
}

/** A peer's transport. */
export class Connection {
  readonly #context: EngineContext;
  readonly #ice: IceSession;
  readonly #secure: SecureTransport;
  #acceptedMs = 0;
  #remote: RemoteTransport | undefined;
  #closed = false;

  constructor(context: EngineContext, events: Omit<SecureTransportEvents, 'rejected'>) {
    const { mux, certificate, nowMs, counters } = context;
    this.#context = context;
    this.#ice = new IceSession(mux, nowMs, {
      packet: (packet) => this.#secure.handlePacket(packet),
      restarted: () => counters.iceRestarts++,
    });
    const heard = (): void => {
      this.#ice.lastHeardMs = nowMs();
    };
    const send = (packet: Buffer): void => {
      counters.bytesOut += packet.length;
      this.#ice.send(packet);
    };
    this.#secure = new SecureTransport(certificate, send, {
      ...events,
      rejected: () => counters.rejectedPackets++,
      rtp(packet, index) {
        heard();
        counters.packetsIn++;
        counters.bytesIn += packet.length;
        events.rtp(packet, index);
      },
      rtcp(compound) {
        heard();
        events.rtcp(compound);
      },
    });
  }

  get connected(): boolean {
    return this.#secure.connected;
  }

  get local(): LocalTransport {
    const { mux, certificate } = this.#context;
    return { credentials: this.#ice.credentials, fingerprint: certificate.fingerprint, candidates: mux.candidates };
  }

  get remote(): RemoteTransport | undefined {
    return this.#remote;
  }

  /** Tells who is expected. A later description may bring new ICE credentials; the key stays the first one's. */
  accept(remote: RemoteTransport): void {
    if (!this.#remote) {
      this.#secure.expect(remote.fingerprints);
      this.#acceptedMs = this.#context.nowMs();
    }
    this.#remote = remote;
  }

  restartIce(): void {
    this.#ice.restart();
  }

  sendRtp(header: Buffer, payload: Buffer, ssrc: number, index: number): void {
    this.#context.counters.packetsOut++;
    this.#secure.sendRtp(header, payload, ssrc, index);
  }

  sendRtcp(compound: Buffer): void {
    this.#secure.sendRtcp(compound);
  }

  /** Why this connection should be given up; undefined while it is fine. */
  overdue(): string | undefined {
    const { patience, nowMs, counters } = this.#context;
    const now = nowMs();
    if (!this.#remote) return undefined;
    if (!this.connected && now - this.#acceptedMs > patience.halfOpenMs) {
      counters.halfOpenTimeouts++;
      return 'never connected';
    }
    if (this.connected && now - this.#ice.lastHeardMs > patience.consentMs) {
      counters.connectionsLost++;
      return 'connection lost';
    }
    return undefined;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#secure.close();
    this.#ice.close();
  }
}
