/** WHIP PATCH bodies (`application/trickle-ice-sdpfrag`, RFC 8840). */
import { SfuError } from '../sfu-error.ts';

const MAX_FRAGMENT_CHARACTERS = 50_000;

/** What a client said in a PATCH. Its candidates are not needed: the server is ICE-lite and answers where it is called from. */
export interface IceFragment {
  readonly ufrag: string | undefined;
  readonly pwd: string | undefined;
}

/** Reads a fragment. Throws {@link SfuError} `bad-fragment`. */
export function parseIceFragment(text: string): IceFragment {
  if (typeof text !== 'string' || text.length > MAX_FRAGMENT_CHARACTERS) {
    throw new SfuError('bad-fragment', `Send an SDP fragment of at most ${MAX_FRAGMENT_CHARACTERS} characters.`);
  }
  const lines = text.split(/\r?\n/);
  const value = (name: string): string | undefined =>
    lines
      .find((line) => line.startsWith(`a=${name}:`))
      ?.slice(name.length + 3)
      .trim();
  const ufrag = value('ice-ufrag');
  const pwd = value('ice-pwd');
  const says =
    ufrag !== undefined ||
    lines.some((line) => line.startsWith('a=candidate:') || line.startsWith('a=end-of-candidates'));
  if (!says)
    throw new SfuError(
      'bad-fragment',
      'The fragment has neither a=ice-ufrag nor a=candidate: send application/trickle-ice-sdpfrag (RFC 8840).',
    );
  return { ufrag, pwd };
}

/** The server's answer to an ICE restart; `iceLines` are its new credentials and its candidates. */
export function writeIceFragment(
  iceLines: readonly string[],
  sections: ReadonlyArray<{ readonly kind: string; readonly mid: string }>,
): string {
  const mids = sections.map(({ mid }) => mid).filter(Boolean);
  const group = mids.length > 0 ? [`a=group:BUNDLE ${mids.join(' ')}`] : [];
  const [first] = sections;
  const media = first ? [`m=${first.kind} 9 UDP/TLS/RTP/SAVPF 0`, ...(first.mid ? [`a=mid:${first.mid}`] : [])] : [];
  return `${['a=ice-lite', ...group, ...media, ...iceLines].join('\r\n')}\r\n`;
}
