/** The server's offers to a viewer, and what its answers say about its abilities. */
import type { Consumer, RtpCapabilities, RtpParameters, WebRtcTransport } from 'mediasoup/types';
import type { Sdp } from '../werift/sdp.ts';
import { sessionLines } from '../werift/transport-sdp.ts';
import type { PublishedTrack } from './publisher.ts';
import { mediaLines, transportLines } from './sdp-lines.ts';

/** One m-line of a viewer. It outlives its track: without one it is inactive and waits for the next of its kind. */
export interface Slot {
  readonly mid: string;
  readonly kind: 'audio' | 'video';
  /** The payload type under which this viewer gets the track. */
  payloadType: number;
  /** The stream, or the last one: an idle m-line must still name a codec. */
  rtp?: RtpParameters;
  track?: PublishedTrack | undefined;
  consumer?: Consumer | undefined;
}

/** Writes an offer with every slot, the idle ones inactive. */
export function writeViewerOffer(version: number, slots: readonly Slot[], transport: WebRtcTransport): string {
  const mids = slots.map(({ mid }) => mid);
  const lines = slots.flatMap((slot) => slotLines(slot, transport));
  return `${[...sessionLines(version, mids), 'a=extmap-allow-mixed', ...lines].join('\r\n')}\r\n`;
}

function slotLines({ kind, mid, track, rtp }: Slot, transport: WebRtcTransport): string[] {
  if (!rtp) return [];
  return [
    `m=${kind} 9 UDP/TLS/RTP/SAVPF ${rtp.codecs.map(({ payloadType }) => payloadType).join(' ')}`,
    ...transportLines(transport, 'actpass'),
    `a=mid:${mid}`,
    track ? 'a=sendonly' : 'a=inactive',
    ...mediaLines(rtp),
    ...(track ? streamLines(track, rtp) : []),
  ];
}

function streamLines({ info, group }: PublishedTrack, { encodings: [encoding] = [] }: RtpParameters): string[] {
  const { ssrc, rtx } = encoding;
  return [
    `a=msid:${group} ${info.id}`,
    ...(rtx ? [`a=ssrc-group:FID ${ssrc} ${rtx.ssrc}`] : []),
    `a=ssrc:${ssrc} cname:${group}`,
    ...(rtx ? [`a=ssrc:${rtx.ssrc} cname:${group}`] : []),
  ];
}

const TRANSPORT_FEEDBACK = 'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01';
const SEND_TIME = 'http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time';

/**
 * What the offer relied on and the answer leaves out: `rtx`, and the extensions without which no word of the viewer's
 * bandwidth comes back. Streams that wait for those would starve; other extensions are passed over without harm.
 */
export function lacking(slots: readonly Slot[], { sections }: Sdp): ReadonlySet<string> {
  const missing = new Set<string>();
  slots.forEach(({ rtp, consumer, kind }, i) => {
    const { port, direction, extensions, codecs } = sections[i];
    if (!rtp || !consumer || kind !== 'video' || port === 0 || direction === 'inactive') return;
    const offered = new Set(rtp.headerExtensions?.map(({ uri }): string => uri));
    const known = new Set(extensions.map(({ uri }) => uri));
    if (offered.has(TRANSPORT_FEEDBACK) && !known.has(TRANSPORT_FEEDBACK)) missing.add(TRANSPORT_FEEDBACK);
    if (!known.has(TRANSPORT_FEEDBACK) && offered.has(SEND_TIME) && !known.has(SEND_TIME)) missing.add(SEND_TIME);
    const resends = rtp.codecs.some(({ mimeType }) => isRtx(mimeType));
    if (resends && !codecs.some(({ name }) => name === 'rtx')) missing.add('rtx');
  });
  return missing;
}

/** Capabilities less what a viewer lacks. */
export function without(
  { codecs, headerExtensions = [] }: RtpCapabilities,
  missing: ReadonlySet<string>,
): RtpCapabilities {
  return {
    codecs: codecs?.filter(({ mimeType }) => !missing.has('rtx') || !isRtx(mimeType)),
    headerExtensions: headerExtensions.filter(({ uri }) => !missing.has(uri)),
  };
}

function isRtx(mimeType: string): boolean {
  return /\/rtx$/i.test(mimeType);
}
