/** What publishers and viewers of the benchmark have in common: they speak DTLS and SRTP as any. */
import { RTCPeerConnection, RTCRtpCodecParameters } from 'werift';
import { BenchError } from '../bench-error.ts';

const CONNECT_WITHIN_MS = 30_000;

/** Without NACK: a packet that is lost stays lost, and is counted. */
const CODECS = {
  audio: [new RTCRtpCodecParameters({ mimeType: 'audio/opus', clockRate: 48_000, channels: 2, payloadType: 111 })],
  video: [
    new RTCRtpCodecParameters({
      mimeType: 'video/VP8',
      clockRate: 90_000,
      payloadType: 96,
      rtcpFeedback: [{ type: 'nack', parameter: 'pli' }],
    }),
  ],
};

export function openPeer(): RTCPeerConnection {
  return new RTCPeerConnection({
    codecs: CODECS,
    bundlePolicy: 'max-bundle',
    iceServers: [],
    // The SFU listens on loopback, which is not gathered by default.
    iceAdditionalHostAddresses: ['127.0.0.1'],
    iceUseIpv6: false,
  });
}

export function untilConnected(peer: RTCPeerConnection): Promise<void> {
  if (peer.connectionState === 'connected') return Promise.resolve();
  return new Promise((resolve, reject) => {
    const fail = (): void =>
      reject(new BenchError('caller-failed', `A peer did not connect within ${CONNECT_WITHIN_MS / 1000} s.`));
    const timer = setTimeout(fail, CONNECT_WITHIN_MS);
    peer.connectionStateChange.subscribe((state) => {
      if (state !== 'connected' && state !== 'failed' && state !== 'closed') return;
      clearTimeout(timer);
      if (state === 'connected') resolve();
      else reject(new BenchError('caller-failed', `A peer could not connect: ${state}.`));
    });
  });
}

/** Of a datagram of SRTP or SRTCP (RFC 5761). */
export function isRtcp(data: Buffer): boolean {
  const type = data[1] ?? 0;
  return type >= 192 && type <= 223;
}
