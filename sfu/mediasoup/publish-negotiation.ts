/** WHIP (RFC 9725) on mediasoup: a client's offer in, the streams to expect and the server's answer out. */
import type {
  DtlsParameters,
  RtpCapabilities,
  RtpEncodingParameters,
  RtpParameters,
  WebRtcTransport,
} from 'mediasoup/types';
// Undocumented doors of mediasoup-client, hence its exact version in package.json: ORTC's matching of codecs, from SDP.
import * as sdpCommon from 'mediasoup-client/handlers/sdp/commonUtils';
import * as unifiedPlan from 'mediasoup-client/handlers/sdp/unifiedPlanUtils';
import * as ortc from 'mediasoup-client/ortc';
import { parse, parseSimulcastStreamList, type MediaDescription } from 'sdp-transform';
import { SfuError } from '../sfu-error.ts';
import { parseSdp, type Sdp } from '../werift/sdp.ts';
import { remoteTransport, sessionLines } from '../werift/transport-sdp.ts';
import { dtlsOf } from './peer-transport.ts';
import { mediaLines, transportLines } from './sdp-lines.ts';

/** libwebrtc's VP8 simulcast has three temporal layers; one that has fewer is read the same way. */
const SIMULCAST_MODE = 'L1T3';
/**
 * SDP does not say whether a VP9 stream is layered. Full SVC is right for every kind: what is not there is not waited for. A
 * single VP8 stream is not called layered: what is, mediasoup gives a viewer only as far as the estimate of their line
 * reaches, and it begins low (of four publishers one was seen).
 */
const VP9_MODE = 'L3T3';
const NO_VP9_SIMULCAST =
  'VP9 as simulcast is not taken: send it as one stream in spatial layers (scalabilityMode L3T3_KEY), or send VP8 or H.264 as simulcast.';
/** The names by which clients call their simulcast layers, smallest picture first. mediasoup wants that order. */
const RID_SCALES = [
  ['q', 'h', 'f'],
  ['l', 'm', 'h'],
  ['lo', 'mid', 'hi'],
  ['low', 'mid', 'high'],
  ['low', 'medium', 'high'],
];

/** A section that will carry media to us. */
export interface PublishedSection {
  readonly kind: 'audio' | 'video';
  readonly mid: string;
  /** What the client sends: for `transport.produce()`. */
  readonly sends: RtpParameters;
}

/** What an offer comes to. */
export interface PublishNegotiation {
  /** The client's ICE user: another one later means a restart. */
  readonly ufrag: string;
  readonly dtls: DtlsParameters;
  readonly sections: readonly PublishedSection[];
  answer(transport: WebRtcTransport): string;
}

type Accepted = PublishedSection & { readonly answer: RtpParameters; readonly rids: readonly string[] };

/** Reads a WHIP offer. Throws {@link SfuError} `bad-offer` that says what to change. */
export function negotiatePublish(
  offerSdp: string,
  capabilities: RtpCapabilities,
  maxTracks: number,
): PublishNegotiation {
  const checked = parseSdp(offerSdp, 'bad-offer');
  const { ufrag, fingerprints } = remoteTransport(checked, 'bad-offer');
  const { media } = parse(offerSdp);
  const accepted = new Map<MediaDescription, Accepted>();
  media.forEach((section, index) => {
    const taken = accepted.size < maxTracks ? accept(section, checked, index, capabilities) : undefined;
    if (taken) accepted.set(section, taken);
  });
  if (accepted.size === 0)
    throw new SfuError(
      'bad-offer',
      'The offer has no track that can be taken: send audio (Opus) or video (VP8, VP9, or H.264 baseline with packetization-mode=1), bundled.',
    );
  return {
    ufrag,
    dtls: dtlsOf(fingerprints, 'bad-offer'),
    sections: [...accepted.values()],
    answer: (transport) => writeAnswer(media, accepted, transport),
  };
}

function accept(
  section: MediaDescription,
  checked: Sdp,
  index: number,
  capabilities: RtpCapabilities,
): Accepted | undefined {
  const { kind, mid, port, bundleOnly, direction } = checked.sections[index];
  const sends = direction === 'sendonly' || direction === 'sendrecv';
  const bundled = checked.sections.length === 1 || checked.bundle.includes(mid);
  const refused = port === 0 && !bundleOnly;
  if ((kind !== 'audio' && kind !== 'video') || !sends || refused || !bundled) return undefined;
  try {
    const rids = kind === 'video' ? ridsOf(section) : [];
    // By itself, for each section may prefer another codec.
    const offered = sdpCommon.extractRtpCapabilities({ sdpObject: { media: [section] } });
    ortc.validateAndNormalizeRtpCapabilities(offered);
    // mediasoup-client has types of its own for the same ORTC dictionaries.
    const common = ortc.getExtendedRtpCapabilities(
      offered,
      rids.length > 0 ? withoutVp9(capabilities) : capabilities,
      true,
    );
    const sent = ortc.getSendingRtpParameters(kind, common) as RtpParameters;
    const answer = ortc.getSendingRemoteRtpParameters(kind, common) as RtpParameters;
    if (sent.codecs.length === 0) {
      if (rids.length > 0 && offered.codecs?.some(isVp9)) throw new SfuError('bad-offer', NO_VP9_SIMULCAST);
      return undefined;
    }
    sent.codecs = ortc.reduceCodecs(sent.codecs);
    answer.codecs = ortc.reduceCodecs(answer.codecs);
    mirrorDtx(sent, answer);
    const cname = sdpCommon.getCname({ offerMediaObject: section });
    const encodings = encodingsOf(section, sent, rids);
    return {
      kind,
      mid,
      rids,
      answer,
      sends: { ...sent, mid: mid || undefined, encodings, rtcp: cname ? { cname } : {} },
    };
  } catch (cause) {
    if (cause instanceof SfuError) throw cause;
    throw new SfuError(
      'bad-offer',
      `The media section ${index} of the offer is not one that WebRTC allows (${cause instanceof Error ? cause.message : String(cause)}).`,
      { cause },
    );
  }
}

function isVp9({ mimeType }: { readonly mimeType: string }): boolean {
  return mimeType.toLowerCase() === 'video/vp9';
}

/** mediasoup takes no VP9 as simulcast. */
function withoutVp9({ codecs = [], ...rest }: RtpCapabilities): RtpCapabilities {
  return { ...rest, codecs: codecs.filter((codec) => !isVp9(codec)) };
}

/** Discontinuous transmission is the sender's wish: repeated to it, it does it. */
function mirrorDtx(sent: RtpParameters, answer: RtpParameters): void {
  const [{ parameters: wishes = {} }] = sent.codecs;
  const [codec] = answer.codecs;
  if (Number(wishes['usedtx']) === 1) codec.parameters = { ...codec.parameters, usedtx: 1 };
}

function ridsOf({ simulcast }: MediaDescription): string[] {
  if (simulcast?.dir1 !== 'send') return [];
  const rids = parseSimulcastStreamList(simulcast.list1).map(([first]) => String(first.scid));
  return rids.length > 1 ? smallestFirst(rids) : [];
}

function smallestFirst(rids: string[]): string[] {
  const scale = RID_SCALES.find((names) => rids.every((rid) => names.includes(rid)));
  // Unknown names stay in the client's order: browsers list the smallest first unless told otherwise.
  return scale ? rids.sort((a, b) => scale.indexOf(a) - scale.indexOf(b)) : rids;
}

function encodingsOf(
  section: MediaDescription,
  { codecs }: RtpParameters,
  rids: readonly string[],
): RtpEncodingParameters[] {
  if (rids.length > 0) return rids.map((rid) => ({ rid, scalabilityMode: SIMULCAST_MODE }));
  const [first = {}] = section.ssrcs?.length
    ? unifiedPlan.getRtpEncodings({ offerMediaObject: section, codecs })
    : // A client that does not announce its ssrc is known by its mid.
      [];
  return [{ ...(first as RtpEncodingParameters), ...(isVp9(codecs[0]) ? { scalabilityMode: VP9_MODE } : {}) }];
}

function writeAnswer(
  media: readonly MediaDescription[],
  accepted: ReadonlyMap<MediaDescription, Accepted>,
  transport: WebRtcTransport,
): string {
  const mids = [...accepted.values()].map(({ mid }) => mid).filter(Boolean);
  const lines = media.flatMap((section) => {
    const taken = accepted.get(section);
    return taken ? acceptedLines(section, taken, transport) : refusedLines(section);
  });
  return `${[...sessionLines(1, mids), 'a=extmap-allow-mixed', ...lines].join('\r\n')}\r\n`;
}

function acceptedLines(
  section: MediaDescription,
  { kind, mid, answer, rids }: Accepted,
  transport: WebRtcTransport,
): string[] {
  const offered = new Set(section.ext?.map(({ uri }) => uri));
  const headerExtensions = answer.headerExtensions?.filter(({ uri }) => offered.has(uri)) ?? [];
  return [
    `m=${kind} 9 ${section.protocol} ${answer.codecs.map(({ payloadType }) => payloadType).join(' ')}`,
    ...transportLines(transport, 'passive'),
    ...(mid ? [`a=mid:${mid}`] : []),
    'a=recvonly',
    ...mediaLines({ codecs: answer.codecs, headerExtensions }),
    ...rids.map((rid) => `a=rid:${rid} recv`),
    ...(rids.length > 0 ? [`a=simulcast:recv ${rids.join(';')}`] : []),
  ];
}

function refusedLines({ type, protocol, payloads, mid }: MediaDescription): string[] {
  return [
    `m=${type} 0 ${protocol} ${payloads ?? '0'}`,
    'c=IN IP4 0.0.0.0',
    ...(mid === undefined ? [] : [`a=mid:${mid}`]),
    'a=inactive',
  ];
}
