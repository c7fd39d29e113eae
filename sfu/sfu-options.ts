/** What both engines can be told, and their bounds. */

/**
 * What a port asks the system to hold of datagrams not yet read or sent: all peers of a thread or worker share it, and a
 * key frame comes as a burst. Linux gives at most net.core.rmem_max and wmem_max.
 */
export const SOCKET_BUFFER_BYTES = 2 * 1024 * 1024;

/** Bounds of the engine; everything beyond is refused with `limit` or dropped and counted. */
export interface SfuLimits {
  readonly publications: number;
  readonly viewers: number;
  /** Media sections taken of one offer; the rest are answered as refused. */
  readonly tracksPerPublication: number;
  /** M-lines of one viewer; tracks beyond are not shown to it. */
  readonly tracksPerViewer: number;
  readonly tapsPerTrack: number;
  /** Packets that wait for the sink of one tap while the main thread lags; the oldest fall and are counted. */
  readonly tapQueuePackets: number;
  /** From SDP to a finished handshake, and from offer to answer, in ms. */
  readonly halfOpenMs: number;
  /** Silence after which a peer counts as gone, in ms. */
  readonly consentMs: number;
}

/** Enough for a small machine; a deployment of another size says so. */
export const DEFAULT_LIMITS: SfuLimits = {
  publications: 64,
  viewers: 128,
  tracksPerPublication: 8,
  tracksPerViewer: 64,
  tapsPerTrack: 4,
  tapQueuePackets: 512,
  halfOpenMs: 15_000,
  consentMs: 15_000,
};

/** How to start an engine. */
export interface SfuOptions {
  /** Addresses to listen on; loopback only unless told otherwise. `0.0.0.0` announces every outer address. */
  readonly listenIps?: readonly string[];
  /** Ports for media: each thread or worker process takes the first free one. Any port when absent. */
  readonly udpPorts?: { readonly min: number; readonly max: number };
  /** Announced instead of the listening address (NAT, container, public IP). */
  readonly announcedAddress?: string;
  readonly limits?: Partial<SfuLimits>;
  /** Lines worth knowing, without names or content. */
  readonly log?: (message: string) => void;
}
