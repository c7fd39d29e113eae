/** The lines of a session description that mediasoup's parameters come to. */
import type { RtpCodecParameters, RtpParameters, WebRtcTransport } from 'mediasoup/types';
import type { TrackCodec } from '../types.ts';

/** Our ICE credentials and candidates, as a description and a WHIP restart carry them. */
export function iceLines({ iceParameters, iceCandidates }: WebRtcTransport): string[] {
  return [
    `a=ice-ufrag:${iceParameters.usernameFragment}`,
    `a=ice-pwd:${iceParameters.password}`,
    ...iceCandidates.map(
      ({ foundation, protocol, priority, address, port, type, tcpType }) =>
        `a=candidate:${foundation} 1 ${protocol} ${priority} ${address} ${port} typ ${type}${tcpType ? ` tcptype ${tcpType}` : ''}`,
    ),
    'a=end-of-candidates',
  ];
}

/** ICE and DTLS lines of one m-line. */
export function transportLines(transport: WebRtcTransport, setup: 'passive' | 'actpass'): string[] {
  const { fingerprints } = transport.dtlsParameters;
  const fingerprint = fingerprints.find(({ algorithm }) => algorithm === 'sha-256') ?? fingerprints[0];
  return [
    'c=IN IP4 0.0.0.0',
    ...iceLines(transport),
    `a=fingerprint:${fingerprint.algorithm} ${fingerprint.value}`,
    `a=setup:${setup}`,
  ];
}

/** Codecs with their feedback, and header extensions. */
export function mediaLines({
  codecs,
  headerExtensions = [],
}: Pick<RtpParameters, 'codecs' | 'headerExtensions'>): string[] {
  return [
    'a=rtcp-mux',
    'a=rtcp-rsize',
    ...codecs.flatMap(codecLines),
    ...headerExtensions.map(({ uri, id }) => `a=extmap:${id} ${uri}`),
  ];
}

/** The codec that matters among a stream's parameters, as the rest of the house knows it. */
export function trackCodec({ codecs: [codec] }: Pick<RtpParameters, 'codecs'>): TrackCodec {
  const parameters = formatParameters(codec);
  return {
    mimeType: codec.mimeType,
    payloadType: codec.payloadType,
    clockRateHz: codec.clockRate,
    ...(codec.channels ? { channels: codec.channels } : {}),
    ...(parameters ? { parameters } : {}),
  };
}

function codecLines(codec: RtpCodecParameters): string[] {
  const { payloadType, mimeType, clockRate, channels, rtcpFeedback = [] } = codec;
  const parameters = formatParameters(codec);
  return [
    `a=rtpmap:${payloadType} ${mimeType.split('/')[1]}/${clockRate}${channels && channels > 1 ? `/${channels}` : ''}`,
    ...(parameters ? [`a=fmtp:${payloadType} ${parameters}`] : []),
    ...rtcpFeedback.map(({ type, parameter }) => `a=rtcp-fb:${payloadType} ${type}${parameter ? ` ${parameter}` : ''}`),
  ];
}

function formatParameters({ parameters = {} }: RtpCodecParameters): string {
  return Object.entries(parameters)
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(';');
}
