/** What the routers speak: what browsers send and the analysis reads. */
import type { RtpCapabilities, RouterRtpCodecCapability } from 'mediasoup/types';

const h264 = (profile: string): RouterRtpCodecCapability => ({
  kind: 'video',
  mimeType: 'video/H264',
  clockRate: 90_000,
  parameters: { 'packetization-mode': 1, 'profile-level-id': profile, 'level-asymmetry-allowed': 1 },
});

/** Both baselines of H.264: encoders name either, decoders take both. */
export const ROUTER_CODECS: RouterRtpCodecCapability[] = [
  {
    kind: 'audio',
    mimeType: 'audio/opus',
    clockRate: 48_000,
    channels: 2,
    parameters: { minptime: 10, useinbandfec: 1 },
  },
  { kind: 'video', mimeType: 'video/VP8', clockRate: 90_000 },
  { kind: 'video', mimeType: 'video/VP9', clockRate: 90_000, parameters: { 'profile-id': 0 } },
  h264('42e01f'),
  h264('42001f'),
];

/**
 * Without the video orientation the sender turns the picture itself. With a dependency descriptor libwebrtc leaves the temporal
 * layer out of VP8's payload, where mediasoup and the analysis look for it. The others would be passed on to no effect.
 */
const REFUSED_EXTENSIONS = new Set([
  'urn:3gpp:video-orientation',
  'https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension',
  'urn:ietf:params:rtp-hdrext:toffset',
  'http://www.webrtc.org/experiments/rtp-hdrext/playout-delay',
  'http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time',
]);

/** The router's capabilities without what is not offered to anybody. */
export function offeredCapabilities({ codecs, headerExtensions = [] }: RtpCapabilities): RtpCapabilities {
  return { codecs, headerExtensions: headerExtensions.filter(({ uri }) => !REFUSED_EXTENSIONS.has(uri)) };
}
