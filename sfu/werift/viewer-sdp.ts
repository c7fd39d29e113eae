/** The server's offers to a viewer and the viewer's answers. */
import { SfuError } from '../sfu-error.ts';
import type { EncodedTrack, TrackCodec } from '../types.ts';
import { parseSdp, type Sdp } from './sdp.ts';
import {
  type LocalTransport,
  remoteTransport,
  type RemoteTransport,
  sessionLines,
  transportLines,
} from './transport-sdp.ts';

/** One m-line of a viewer. It outlives its track: without one it is inactive and waits for the next of its kind. */
export interface Slot {
  readonly mid: string;
  readonly kind: 'audio' | 'video';
  track: EncodedTrack | undefined;
  /** The codec of the track, or of the last one: an idle m-line must still name one. */
  codec: TrackCodec;
  ssrc: number;
  /** The payload type under which this viewer gets the track. */
  payloadType: number;
  /** Same for all tracks of a publisher: the viewer plays those in step (RFC 3550 6.5.1). */
  cname: string;
}

/** Payload types per codec and viewer: within a bundle one number must mean one thing. */
export class PayloadTypes {
  readonly #numbers = new Map<string, number>();
  #next = 96;

  /** The number for this codec, the same each time; undefined when the dynamic range is used up. */
  of(codec: TrackCodec): number | undefined {
    const key = `${codec.mimeType} ${codec.parameters ?? ''}`;
    const known = this.#numbers.get(key);
    if (known) return known;
    if (this.#next > 127) return undefined;
    this.#numbers.set(key, this.#next);
    return this.#next++;
  }
}

/** Writes an offer with every slot, the idle ones inactive. */
export function writeViewerOffer(version: number, slots: readonly Slot[], local: LocalTransport): string {
  const lines = slots.flatMap((slot) => slotLines(slot, local));
  const mids = slots.map(({ mid }) => mid);
  return `${[...sessionLines(version, mids), ...lines].join('\r\n')}\r\n`;
}

function slotLines({ kind, mid, track, codec, ssrc, payloadType, cname }: Slot, local: LocalTransport): string[] {
  const channels = codec.channels && codec.channels > 1 ? `/${codec.channels}` : '';
  return [
    `m=${kind} 9 UDP/TLS/RTP/SAVPF ${payloadType}`,
    ...transportLines(local, 'actpass'),
    `a=mid:${mid}`,
    track ? 'a=sendonly' : 'a=inactive',
    'a=rtcp-mux',
    'a=rtcp-rsize',
    `a=rtpmap:${payloadType} ${codec.mimeType.split('/')[1]}/${codec.clockRateHz}${channels}`,
    ...(codec.parameters ? [`a=fmtp:${payloadType} ${codec.parameters}`] : []),
    ...(kind === 'video' ? ['nack', 'nack pli', 'ccm fir'].map((each) => `a=rtcp-fb:${payloadType} ${each}`) : []),
    ...(track ? [`a=msid:${cname} ${track.id}`, `a=ssrc:${ssrc} cname:${cname}`] : []),
  ];
}

/** A viewer's answer: its transport, and the mids that it takes. */
export interface ViewerAnswer {
  readonly sdp: Sdp;
  readonly remote: RemoteTransport;
  readonly taken: ReadonlySet<string>;
}

/** Reads an answer to an offer with these slots. Throws {@link SfuError} `bad-answer`. */
export function parseViewerAnswer(
  sdpText: string,
  slots: ReadonlyArray<Pick<Slot, 'mid' | 'payloadType'>>,
): ViewerAnswer {
  const sdp = parseSdp(sdpText, 'bad-answer');
  if (sdp.sections.length !== slots.length) {
    throw new SfuError(
      'bad-answer',
      `The answer has ${sdp.sections.length} media sections, the offer had ${slots.length}: answer the offer with the same number.`,
    );
  }
  const taken = new Set<string>();
  sdp.sections.forEach((section, i) => {
    const slot = slots[i];
    const receives = section.direction === 'recvonly' || section.direction === 'sendrecv';
    const speaks = section.codecs.some(({ payloadType }) => payloadType === slot.payloadType);
    if (section.port !== 0 && receives && speaks) taken.add(slot.mid);
  });
  return { sdp, remote: remoteTransport(sdp, 'bad-answer'), taken };
}
