/** The lines about ICE and DTLS that every description of ours carries. */
import { SfuError, type SfuErrorCode } from '../sfu-error.ts';
import type { IceCredentials } from './ice-session.ts';
import type { Sdp, SdpSection } from './sdp.ts';
import type { Fingerprint } from './secure-transport.ts';
import type { HostCandidate } from './udp-mux.ts';

/** Our side of a transport. */
export interface LocalTransport {
  readonly credentials: IceCredentials;
  /** `a=fingerprint` value. */
  readonly fingerprint: string;
  readonly candidates: readonly HostCandidate[];
}

/** The peer's side of a transport: all that an ICE-lite server wants to know. */
export interface RemoteTransport {
  readonly ufrag: string;
  readonly pwd: string;
  readonly fingerprints: readonly Fingerprint[];
}

/** The session part up to the first m-line. */
export function sessionLines(version: number, mids: readonly string[]): string[] {
  return [
    'v=0',
    `o=- 1 ${version} IN IP4 127.0.0.1`,
    's=-',
    't=0 0',
    'a=ice-lite',
    'a=msid-semantic: WMS *',
    ...(mids.length > 0 ? [`a=group:BUNDLE ${mids.join(' ')}`] : []),
  ];
}

/** ICE and DTLS lines of one m-line. */
export function transportLines(local: LocalTransport, setup: 'passive' | 'actpass'): string[] {
  return ['c=IN IP4 0.0.0.0', ...iceLines(local), `a=fingerprint:${local.fingerprint}`, `a=setup:${setup}`];
}

/** ICE lines alone, as a WHIP restart answers them. */
export function iceLines({ credentials, candidates }: LocalTransport): string[] {
  return [
    `a=ice-ufrag:${credentials.ufrag}`,
    `a=ice-pwd:${credentials.pwd}`,
    ...candidates.map(
      ({ address, port }, i) => `a=candidate:${i + 1} 1 udp ${2_130_706_431 - i} ${address} ${port} typ host`,
    ),
    'a=end-of-candidates',
  ];
}

/** The peer's transport, taken from the first live section. Throws {@link SfuError} with `code` when something is missing. */
export function remoteTransport(sdp: Sdp, code: SfuErrorCode): RemoteTransport {
  const section = sdp.sections.find((each) => each.port !== 0) ?? sdp.sections[0];
  const { ufrag, pwd, fingerprints, setup } = section;
  if (!ufrag || !pwd)
    throw new SfuError(code, 'The session description has no a=ice-ufrag and a=ice-pwd: use a WebRTC client.');
  if (fingerprints.length === 0)
    throw new SfuError(code, 'The session description has no a=fingerprint: media must be encrypted with DTLS-SRTP.');
  if (setup === 'passive')
    throw new SfuError(
      code,
      'a=setup:passive is not possible here: the server waits for the DTLS handshake; use actpass or active.',
    );
  return { ufrag, pwd, fingerprints };
}

/** True when a section shares the one transport (BUNDLE, RFC 9143), as the first must and the others have to. */
export function isBundled(sdp: Sdp, section: SdpSection): boolean {
  return sdp.sections.length === 1 || sdp.bundle.includes(section.mid);
}
