/** The engine's numbers since its start. All are counts unless the name says otherwise. */

/** Mutable on purpose: the hot path adds to them. */
export interface Counters {
  packetsIn: number;
  packetsOut: number;
  bytesIn: number;
  bytesOut: number;
  /** Packets whose stream, payload type or rid nobody negotiated. */
  unroutable: number;
  nackIn: number;
  nackOut: number;
  resent: number;
  keyFrameAsksIn: number;
  keyFrameAsksOut: number;
  lostUpstream: number;
  tapPackets: number;
  tapDropped: number;
  halfOpenTimeouts: number;
  connectionsLost: number;
  /** Restarts that the peer carried through. */
  iceRestarts: number;
  rejectedPackets: number;
  /** Promises that werift left rejected: a failed handshake, mostly. */
  strayErrors: number;
  /** 1 when this thread runs ahead of other work, see `putMediaFirst`. */
  mediaFirst: number;
}

/** All zero. */
export function createCounters(): Counters {
  return {
    packetsIn: 0,
    packetsOut: 0,
    bytesIn: 0,
    bytesOut: 0,
    unroutable: 0,
    nackIn: 0,
    nackOut: 0,
    resent: 0,
    keyFrameAsksIn: 0,
    keyFrameAsksOut: 0,
    lostUpstream: 0,
    tapPackets: 0,
    tapDropped: 0,
    halfOpenTimeouts: 0,
    connectionsLost: 0,
    iceRestarts: 0,
    rejectedPackets: 0,
    strayErrors: 0,
    mediaFirst: 0,
  };
}
