/** WHIP (RFC 9725): a client's offer in, the server's answer out. */
import { SfuError } from '../sfu-error.ts';
import type { TrackCodec } from '../types.ts';
import { fmtpValue, parseSdp, type Sdp, type SdpCodec, type SdpSection } from './sdp.ts';
import {
  isBundled,
  type LocalTransport,
  remoteTransport,
  type RemoteTransport,
  sessionLines,
  transportLines,
} from './transport-sdp.ts';

const MID_EXTENSION = 'urn:ietf:params:rtp-hdrext:sdes:mid';
/** Loss-based control from receiver reports is what is left to the sender: the transport-wide feedback is mediasoup's. */
const VIDEO_FEEDBACK = ['nack', 'nack pli', 'ccm fir'];

/** A section that will carry media to us. */
export interface PublishedSection {
  readonly kind: 'audio' | 'video';
  readonly mid: string;
  readonly codec: TrackCodec;
  readonly nack: boolean;
  /** Header extension id of the mid; undefined when the client sends none. */
  readonly midExtension: number | undefined;
  readonly ssrcs: readonly number[];
}

/** What an offer comes to. */
export interface PublishNegotiation {
  readonly remote: RemoteTransport;
  readonly sections: readonly PublishedSection[];
  answer(local: LocalTransport): string;
}

/** Reads a WHIP offer. Throws {@link SfuError} `bad-offer` that says what to change. */
export function negotiatePublish(offerSdp: string, maxTracks: number): PublishNegotiation {
  const sdp = parseSdp(offerSdp, 'bad-offer');
  const remote = remoteTransport(sdp, 'bad-offer');
  const accepted = new Map<SdpSection, PublishedSection>();
  for (const section of sdp.sections) {
    const published = accepted.size < maxTracks ? accept(sdp, section) : undefined;
    if (published) accepted.set(section, published);
  }
  if (accepted.size === 0) {
    throw new SfuError(
      'bad-offer',
      'The offer has no track that can be taken: send audio (Opus) or video (VP8, or H.264 constrained baseline with packetization-mode=1), bundled.',
    );
  }
  return {
    remote,
    sections: [...accepted.values()],
    answer: (local) => writeAnswer(sdp, accepted, local),
  };
}

/** The codec of an offer that the SFU forwards and the pipeline decodes: the client's first choice among them. */
function pickCodec(section: SdpSection): SdpCodec | undefined {
  return section.codecs.find(({ name, fmtp, clockRateHz }) => {
    if (section.kind === 'audio') return name === 'opus' && clockRateHz === 48_000;
    if (name === 'vp8') return true;
    const baseline = fmtpValue(fmtp, 'profile-level-id')?.startsWith('42') ?? false;
    return name === 'h264' && baseline && fmtpValue(fmtp, 'packetization-mode') === '1';
  });
}

function accept(sdp: Sdp, section: SdpSection): PublishedSection | undefined {
  const { kind, direction, mid } = section;
  const sends = direction === 'sendonly' || direction === 'sendrecv';
  const refused = section.port === 0 && !section.bundleOnly;
  if ((kind !== 'audio' && kind !== 'video') || !sends || refused || !isBundled(sdp, section)) return undefined;
  const codec = pickCodec(section);
  if (!codec) return undefined;
  return {
    kind,
    mid,
    codec: describe(kind, codec),
    nack: codec.feedback.includes('nack'),
    midExtension: section.extensions.find(({ uri }) => uri === MID_EXTENSION)?.id,
    ssrcs: section.ssrcs,
  };
}

/** What of a section would be forwarded and analysed; undefined when nothing of it can be. */
export function publishedCodec(section: SdpSection): TrackCodec | undefined {
  const { kind } = section;
  const codec = kind === 'audio' || kind === 'video' ? pickCodec(section) : undefined;
  return codec && describe(kind === 'audio' ? 'audio' : 'video', codec);
}

const MIME_TYPES: Readonly<Record<string, string>> = { opus: 'audio/opus', vp8: 'video/VP8', h264: 'video/H264' };

function describe(kind: 'audio' | 'video', codec: SdpCodec): TrackCodec {
  const parameters = answerParameters(codec);
  return {
    mimeType: MIME_TYPES[codec.name],
    payloadType: codec.payloadType,
    clockRateHz: codec.clockRateHz,
    ...(kind === 'audio' ? { channels: codec.channels } : {}),
    ...(parameters ? { parameters } : {}),
  };
}

function answerParameters({ name, fmtp }: SdpCodec): string {
  if (name === 'vp8') return '';
  if (name === 'h264')
    return `level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=${fmtpValue(fmtp, 'profile-level-id')}`;
  return `minptime=10;useinbandfec=1${fmtpValue(fmtp, 'usedtx') === '1' ? ';usedtx=1' : ''}`;
}

function writeAnswer(sdp: Sdp, accepted: ReadonlyMap<SdpSection, PublishedSection>, local: LocalTransport): string {
  const mids = [...accepted.values()].map(({ mid }) => mid).filter(Boolean);
  const lines = sdp.sections.flatMap((section) => {
    const published = accepted.get(section);
    return published ? acceptedLines(section, published, local) : refusedLines(section);
  });
  return `${[...sessionLines(1, mids), ...lines].join('\r\n')}\r\n`;
}

function acceptedLines(
  section: SdpSection,
  { kind, mid, codec, midExtension }: PublishedSection,
  local: LocalTransport,
): string[] {
  const { payloadType, clockRateHz, channels, parameters, mimeType } = codec;
  const offered = section.codecs.find((each) => each.payloadType === payloadType)?.feedback ?? [];
  return [
    `m=${kind} 9 ${section.protocol} ${payloadType}`,
    ...transportLines(local, 'passive'),
    ...(mid ? [`a=mid:${mid}`] : []),
    'a=recvonly',
    'a=rtcp-mux',
    'a=rtcp-rsize',
    `a=rtpmap:${payloadType} ${mimeType.split('/')[1]}/${clockRateHz}${channels && channels > 1 ? `/${channels}` : ''}`,
    ...(parameters ? [`a=fmtp:${payloadType} ${parameters}`] : []),
    ...(kind === 'video'
      ? VIDEO_FEEDBACK.filter((each) => offered.includes(each)).map((each) => `a=rtcp-fb:${payloadType} ${each}`)
      : []),
    // Only the mid: everything else would have to be rewritten per viewer, and without CVO the sender turns the picture itself.
    ...(midExtension ? [`a=extmap:${midExtension} ${MID_EXTENSION}`] : []),
  ];
}

function refusedLines({ kind, protocol, formats, mid }: SdpSection): string[] {
  return [`m=${kind} 0 ${protocol} ${formats}`, 'c=IN IP4 0.0.0.0', ...(mid ? [`a=mid:${mid}`] : []), 'a=inactive'];
}
