/** A publisher whose packets the test sends itself, as many at once as it likes. */
import { MediaStreamTrack, RTCPeerConnection, RtpHeader, RtpPacket } from 'werift';
import type { Sfu } from '../../../sfu/index.ts';

const STEP_TICKS = 960;

export class BurstPeer {
  readonly #peer = new RTCPeerConnection({
    iceServers: [],
    iceAdditionalHostAddresses: ['127.0.0.1'],
    iceUseIpv6: false,
  });
  readonly #track = new MediaStreamTrack({ kind: 'audio' });
  #sent = 0;

  /** Publishes one audio track; resolves when it may send. */
  static async publish(sfu: Sfu, room: string, participant: string): Promise<BurstPeer> {
    const self = new BurstPeer();
    const peer = self.#peer;
    peer.addTransceiver(self.#track, { direction: 'sendonly' });
    await peer.setLocalDescription(await peer.createOffer());
    const { answerSdp } = await sfu.publish(room, participant, peer.localDescription!.sdp);
    await peer.setRemoteDescription({ type: 'answer', sdp: answerSdp });
    while (peer.connectionState !== 'connected') await peer.connectionStateChange.asPromise();
    return self;
  }

  /** Sends `count` packets now, numbered from where the last burst ended. */
  send(count: number): void {
    for (let i = 0; i < count; i++, this.#sent++) {
      const header = new RtpHeader({ sequenceNumber: this.#sent & 0xffff, timestamp: this.#sent * STEP_TICKS });
      this.#track.writeRtp(new RtpPacket(header, Buffer.from([0xf8, 0xff, 0xfe])));
    }
  }

  async close(): Promise<void> {
    await this.#peer.close();
  }
}
