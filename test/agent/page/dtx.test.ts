import { expect, it } from 'vitest';
import { withDtx } from '../../../agent/page/media/dtx.ts';

const offer = (fmtp: string): string =>
  [
    'm=audio 9 UDP/TLS/RTP/SAVPF 111 63',
    'a=rtpmap:111 opus/48000/2',
    `a=fmtp:111 ${fmtp}`,
    'a=fmtp:63 111/111',
    '',
  ].join('\r\n');

it('asks for DTX of Opus, once, and of nothing else', () => {
  const asked = offer('minptime=10;useinbandfec=1;usedtx=1');
  expect(withDtx(offer('minptime=10;useinbandfec=1'))).toBe(asked);
  expect(withDtx(asked)).toBe(asked);
});

it('leaves an offer without Opus as it is', () => {
  expect(withDtx('m=video 9 UDP/TLS/RTP/SAVPF 96\r\n')).toBe('m=video 9 UDP/TLS/RTP/SAVPF 96\r\n');
});
