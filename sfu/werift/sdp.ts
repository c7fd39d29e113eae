/** Session descriptions (RFC 8866) read into what a WebRTC server needs; anything else is passed over. */
import { SfuError, type SfuErrorCode } from '../sfu-error.ts';
import type { Fingerprint } from './secure-transport.ts';

/** Chromium's largest offers are a tenth of this. */
const MAX_SDP_CHARACTERS = 200_000;
const MAX_SECTIONS = 64;

/** One `a=rtpmap` with its `a=fmtp` and `a=rtcp-fb`. */
export interface SdpCodec {
  readonly payloadType: number;
  readonly name: string;
  readonly clockRateHz: number;
  readonly channels: number;
  fmtp: string;
  readonly feedback: string[];
}

/** One m-line. Session-level ICE, DTLS and direction attributes are already applied. */
export interface SdpSection {
  readonly kind: string;
  readonly port: number;
  readonly protocol: string;
  readonly formats: string;
  mid: string;
  direction: 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';
  ufrag: string;
  pwd: string;
  setup: string;
  rtcpMux: boolean;
  /** Its port is 0 because it has none but the bundle's (RFC 9143 7.1), not because it is refused. */
  bundleOnly: boolean;
  readonly fingerprints: Fingerprint[];
  readonly codecs: SdpCodec[];
  readonly extensions: Array<{ id: number; uri: string }>;
  readonly ssrcs: number[];
}

/** A whole description. */
export interface Sdp {
  readonly bundle: readonly string[];
  readonly sections: readonly SdpSection[];
}

/** Reads a description; throws {@link SfuError} with `code` when it is not one. */
export function parseSdp(text: string, code: SfuErrorCode): Sdp {
  if (typeof text !== 'string' || !text.startsWith('v=0')) {
    throw new SfuError(code, 'This is not a session description: send SDP that starts with v=0.');
  }
  if (text.length > MAX_SDP_CHARACTERS)
    throw new SfuError(code, `The session description is longer than ${MAX_SDP_CHARACTERS} characters.`);
  const session = emptySection('m=session 0 - -');
  const sections: SdpSection[] = [];
  let bundle: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('m=')) sections.push(inherit(emptySection(line), session));
    else if (line.startsWith('a=group:BUNDLE')) bundle = line.split(' ').slice(1).filter(Boolean);
    else if (line.startsWith('a=')) readAttribute(line.slice(2), sections.at(-1) ?? session);
    if (sections.length > MAX_SECTIONS)
      throw new SfuError(code, `The session description has more than ${MAX_SECTIONS} media sections.`);
  }
  if (sections.length === 0)
    throw new SfuError(code, 'The session description has no media section: add a track before making it.');
  return { bundle, sections };
}

/** The value of one `key=value` of an `a=fmtp`, lower case; undefined when absent. */
export function fmtpValue(fmtp: string, key: string): string | undefined {
  for (const part of fmtp.split(';')) {
    const [name, value] = part.trim().split('=');
    if (name?.toLowerCase() === key) return value?.toLowerCase();
  }
  return undefined;
}

function emptySection(line: string): SdpSection {
  const [kind = '', port = '0', protocol = '', ...formats] = line.slice(2).trim().split(' ');
  return {
    kind,
    port: Number.parseInt(port, 10) || 0,
    protocol,
    formats: formats.join(' ') || '0',
    mid: '',
    direction: 'sendrecv',
    ufrag: '',
    pwd: '',
    setup: '',
    rtcpMux: false,
    bundleOnly: false,
    fingerprints: [],
    codecs: [],
    extensions: [],
    ssrcs: [],
  };
}

function inherit(section: SdpSection, session: SdpSection): SdpSection {
  const { ufrag, pwd, setup, direction } = session;
  return { ...section, ufrag, pwd, setup, direction, fingerprints: [...session.fingerprints] };
}

function readAttribute(attribute: string, section: SdpSection): void {
  const colon = attribute.indexOf(':');
  const name = colon < 0 ? attribute : attribute.slice(0, colon);
  const value = colon < 0 ? '' : attribute.slice(colon + 1).trim();
  switch (name) {
    case 'mid':
      section.mid = value;
      break;
    case 'ice-ufrag':
      section.ufrag = value;
      break;
    case 'ice-pwd':
      section.pwd = value;
      break;
    case 'setup':
      section.setup = value;
      break;
    case 'rtcp-mux':
      section.rtcpMux = true;
      break;
    case 'bundle-only':
      section.bundleOnly = true;
      break;
    case 'sendrecv':
    case 'sendonly':
    case 'recvonly':
    case 'inactive':
      section.direction = name;
      break;
    default:
      readMediaAttribute(name, value, section);
  }
}

function readMediaAttribute(name: string, value: string, section: SdpSection): void {
  const [first = '', ...others] = value.split(' ');
  const rest = others.join(' ');
  const number = Number.parseInt(first, 10);
  if (name === 'fingerprint') section.fingerprints.push({ algorithm: first, value: rest.trim() });
  if (!Number.isInteger(number) || number < 0) return;
  if (name === 'rtpmap') {
    const [codec = '', clock = '0', channels = '1'] = rest.split('/');
    section.codecs.push({
      payloadType: number,
      name: codec.toLowerCase(),
      clockRateHz: Number(clock),
      channels: Number(channels),
      fmtp: '',
      feedback: [],
    });
  } else if (name === 'fmtp') {
    const codec = section.codecs.find(({ payloadType }) => payloadType === number);
    if (codec) codec.fmtp = rest;
  } else if (name === 'rtcp-fb') {
    section.codecs.find(({ payloadType }) => payloadType === number)?.feedback.push(rest);
  } else if (name === 'extmap') {
    section.extensions.push({ id: number, uri: rest.split(' ')[0] });
  } else if (name === 'ssrc' && !section.ssrcs.includes(number)) {
    section.ssrcs.push(number);
  }
}
