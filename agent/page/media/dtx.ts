/**
 * An offer that asks for Opus DTX (RFC 7587, `usedtx`): a server that answers alike has the browser send a packet or two a
 * second of who is silent instead of fifty. Speech is sent as before.
 */
export function withDtx(offer: string): string {
  const opus = /^a=rtpmap:(\d+) opus\/48000/im.exec(offer)?.[1];
  if (opus === undefined) return offer;
  return offer.replace(new RegExp(`^(a=fmtp:${opus} (?!.*usedtx)[^\\r\\n]*)`, 'm'), '$1;usedtx=1');
}
