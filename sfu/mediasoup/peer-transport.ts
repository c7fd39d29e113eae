/** One peer connection on mediasoup: when it stands, and why it ended. */
import type { DtlsParameters, Router, WebRtcServer, WebRtcTransport } from 'mediasoup/types';
import { SfuError, type SfuErrorCode } from '../sfu-error.ts';

/** What a viewer is taken to bear before its first feedback: a small picture and the sound of a few people. */
const FIRST_OUTGOING_BPS = 1_000_000;

/** How long the engine waits for peers. */
export interface Patience {
  /** From the first description to a finished handshake, in ms. */
  readonly halfOpenMs: number;
  /** Silence after which a peer is gone, in ms. RFC 7675 has clients speak every 4 to 6 s. */
  readonly consentMs: number;
}

/** Where a transport is made. */
export interface TransportPlace {
  readonly router: Router;
  readonly server: WebRtcServer;
}

/** What a transport reports. `closed` comes once, and not after our own `close()`. */
export interface PeerTransportEvents {
  connected(): void;
  closed(reason: string): void;
}

/** A peer's transport. */
export class PeerTransport {
  readonly transport: WebRtcTransport;
  readonly #events: PeerTransportEvents;
  readonly #patience: Patience;
  #halfOpen: NodeJS.Timeout | undefined;
  #accepted: Promise<void> | undefined;
  #over = false;

  private constructor(transport: WebRtcTransport, patience: Patience, events: PeerTransportEvents) {
    this.transport = transport;
    this.#events = events;
    this.#patience = patience;
    transport.on('dtlsstatechange', (state) => {
      if (state === 'connected') this.#connect();
      if (state === 'closed') this.#end('peer closed');
      if (state === 'failed')
        this.#end('the handshake failed: broken off, or the certificate does not match the fingerprint of the offer');
    });
    transport.on('icestatechange', (state) => {
      if (state === 'disconnected') this.#end('connection lost');
    });
  }

  static async open(
    { router, server }: TransportPlace,
    patience: Patience,
    events: PeerTransportEvents,
  ): Promise<PeerTransport> {
    const transport = await router.createWebRtcTransport({
      webRtcServer: server,
      enableUdp: true,
      enableTcp: true,
      preferUdp: true,
      iceConsentTimeout: Math.max(1, Math.round(patience.consentMs / 1000)),
      initialAvailableOutgoingBitrate: FIRST_OUTGOING_BPS,
    });
    return new PeerTransport(transport, patience, events);
  }

  get connected(): boolean {
    return this.transport.dtlsState === 'connected';
  }

  /** Tells who is expected, and from now on soon; only the first description counts. Throws {@link SfuError} with `code`. */
  accept(dtlsParameters: DtlsParameters, code: SfuErrorCode): Promise<void> {
    this.#halfOpen ??= setTimeout(() => this.#end('never connected'), this.#patience.halfOpenMs);
    this.#accepted ??= this.transport.connect({ dtlsParameters }).catch((cause: unknown) => {
      throw new SfuError(code, 'The DTLS parameters of the description are not usable: check a=fingerprint.', {
        cause,
      });
    });
    return this.#accepted;
  }

  close(): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#halfOpen);
    this.transport.close();
  }

  #connect(): void {
    clearTimeout(this.#halfOpen);
    if (!this.#over) this.#events.connected();
  }

  #end(reason: string): void {
    if (this.#over) return;
    this.close();
    this.#events.closed(reason);
  }
}

const known = ['sha-1', 'sha-224', 'sha-256', 'sha-384', 'sha-512'] as const;

/** A peer's fingerprints as mediasoup takes them. Throws {@link SfuError} with `code` for a hash that nobody knows. */
export function dtlsOf(
  fingerprints: ReadonlyArray<{ readonly algorithm: string; readonly value: string }>,
  code: SfuErrorCode,
): DtlsParameters {
  const usable = fingerprints.flatMap(({ algorithm, value }) => {
    const found = known.find((each) => each === algorithm.toLowerCase());
    return found ? [{ algorithm: found, value: value.toUpperCase() }] : [];
  });
  if (usable.length === 0) throw new SfuError(code, 'a=fingerprint names an unknown hash: use sha-256.');
  // The peer begins the handshake, the server waits for it.
  return { role: 'client', fingerprints: usable };
}
