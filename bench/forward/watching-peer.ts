import { StunProtocol } from 'werift';
import { isRtcp, openPeer, untilConnected } from './peer.ts';
import { readStamp } from './stamp.ts';
import { StreamCounter } from './stream-counter.ts';

/** For what comes while this one process serves others: a packet that falls here would count as the engine's loss. */
const RECEIVE_BUFFER_BYTES = 2 * 1024 * 1024;
/** mediasoup asks how much a viewer's line bears with packets of no content; nobody published them. */
const PROBATION_SSRC = 1234;

/** Watches a room. */
export class WatchingPeer {
  readonly #peer = openPeer();
  readonly #streams = new Map<number, StreamCounter>();
  readonly #onLatency: (ms: number) => void;
  #looking = false;
  #looksOnly = false;

  constructor(onLatency: (ms: number) => void) {
    this.#onLatency = onLatency;
  }

  get streams(): ReadonlyMap<number, StreamCounter> {
    return this.#streams;
  }

  /** Answers an offer of the SFU, the first of which opens the connection. */
  async answer(sdp: string): Promise<string> {
    await this.#peer.setRemoteDescription({ type: 'offer', sdp });
    await this.#peer.setLocalDescription(await this.#peer.createAnswer());
    if (!this.#looking) {
      this.#looking = true;
      this.#listen();
      // That it does not connect shows in what it does not receive.
      untilConnected(this.#peer).then(
        () => this.#widen(),
        () => {},
      );
    }
    return this.#peer.localDescription?.sdp ?? '';
  }

  /** From its first packet on (the SFU's handshake is over then too) packets are counted and not decrypted: no further offers. */
  lookOnly(): void {
    this.#looksOnly = true;
  }

  /** Their headers SRTP leaves readable (RFC 3711 3.1). */
  #stopDecrypting(): void {
    for (const { iceTransport } of this.#peer.dtlsTransports) {
      iceTransport.connection.onData.allUnsubscribe();
      iceTransport.connection.onData.subscribe((data) => {
        const isRtp = data.length > 12 && data[0] !== undefined && data[0] >> 6 === 2 && !isRtcp(data);
        if (isRtp) this.#count(data.readUInt32BE(8), data.readUInt16BE(2));
      });
    }
  }

  #widen(): void {
    for (const { iceTransport } of this.#peer.dtlsTransports) {
      const protocol = iceTransport.connection.nominated?.protocol;
      if (protocol instanceof StunProtocol) protocol.transport.socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
    }
  }

  /** Below the tracks, which change with every offer. */
  #listen(): void {
    for (const { onRtp } of this.#peer.dtlsTransports) {
      onRtp.subscribe(({ header, payload }) => {
        this.#count(header.ssrc, header.sequenceNumber);
        if (this.#looksOnly) this.#stopDecrypting();
        else if (header.marker) this.#onLatency(performance.now() - readStamp(payload));
      });
    }
  }

  #count(ssrc: number, sequence: number): void {
    if (ssrc === PROBATION_SSRC) return;
    let stream = this.#streams.get(ssrc);
    if (!stream) this.#streams.set(ssrc, (stream = new StreamCounter()));
    stream.push(sequence);
  }
}
