/**
 * Plain RTP described by SDP (RFC 8866): an offer whose media are `RTP/AVP` asks for ports instead of a peer connection.
 * For programs that push RTP (FFmpeg, GStreamer, a media gateway), on networks that are trusted: nothing is encrypted.
 */
import { SfuError } from '../sfu-error.ts';
import type { TrackCodec } from '../types.ts';
import { publishedCodec } from '../werift/publish-sdp.ts';
import { parseSdp, type SdpSection } from '../werift/sdp.ts';

const PLAIN_MEDIA = /^m=(?:audio|video) \d+ RTP\/AVPF? /m;

/** One stream that will be pushed. */
export interface PlainSource {
  readonly kind: 'audio' | 'video';
  readonly codec: TrackCodec;
  /** Packets of other streams are dropped. */
  readonly ssrc: number;
}

/** Where a source is to be pushed. The two ports are the same when both are told apart by what they carry. */
export interface PlainPort {
  readonly address: string;
  readonly port: number;
  readonly rtcpPort: number;
}

/** True for an offer of plain RTP. */
export function isPlainOffer(offerSdp: string): boolean {
  return PLAIN_MEDIA.test(offerSdp);
}

/** Reads an offer of plain RTP. Throws {@link SfuError} `bad-offer` that says what to change. */
export function parsePlainOffer(offerSdp: string, maxSources: number): PlainSource[] {
  const sources = parseSdp(offerSdp, 'bad-offer').sections.map(sourceOf);
  if (sources.length > maxSources)
    throw new SfuError('bad-offer', `The offer has more than ${maxSources} m-lines: send fewer streams.`);
  if (new Set(sources.map(({ ssrc }) => ssrc)).size < sources.length)
    throw new SfuError('bad-offer', 'Two m-lines have the same a=ssrc: give every stream a number of its own.');
  return sources;
}

function sourceOf(section: SdpSection): PlainSource {
  const { kind, protocol, ssrcs } = section;
  const codec = publishedCodec(section);
  if ((kind !== 'audio' && kind !== 'video') || !/^RTP\/AVPF?$/.test(protocol) || !codec) {
    throw new SfuError(
      'bad-offer',
      `The m-line "${kind} ${protocol}" cannot be taken as plain RTP: send Opus (rtpmap opus/48000/2), VP8, or H264 constrained baseline with packetization-mode=1, as RTP/AVP.`,
    );
  }
  if (ssrcs.length !== 1)
    throw new SfuError('bad-offer', 'Name the one stream of each m-line with "a=ssrc:NUMBER" (FFmpeg: -ssrc NUMBER).');
  return { kind, codec, ssrc: ssrcs[0] };
}

/** The answer: where each stream of the offer is to be pushed, in the same order. */
export function writePlainAnswer(sources: readonly PlainSource[], ports: readonly PlainPort[]): string {
  const origin = ports[0].address;
  const lines = sources.flatMap(({ kind, codec }, i) => {
    const { address, port, rtcpPort } = ports[i];
    const { payloadType, mimeType, clockRateHz, channels, parameters } = codec;
    return [
      `m=${kind} ${port} RTP/AVP ${payloadType}`,
      `c=IN ${family(address)} ${address}`,
      `a=rtcp:${rtcpPort}`,
      `a=rtpmap:${payloadType} ${mimeType.split('/')[1]}/${clockRateHz}${channels && channels > 1 ? `/${channels}` : ''}`,
      ...(parameters ? [`a=fmtp:${payloadType} ${parameters}`] : []),
      'a=recvonly',
    ];
  });
  const head = ['v=0', `o=- 1 1 IN ${family(origin)} ${origin}`, 's=-', 't=0 0'];
  return `${[...head, ...lines].join('\r\n')}\r\n`;
}

function family(address: string): string {
  return address.includes(':') ? 'IP6' : 'IP4';
}
