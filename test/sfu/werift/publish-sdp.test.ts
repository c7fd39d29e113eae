import { expect, test } from 'vitest';
import { negotiatePublish } from '../../../sfu/werift/publish-sdp.ts';
import { OFFER } from './raw-peer.ts';

const LOCAL = {
  credentials: { ufrag: 'uu', pwd: 'pp' },
  fingerprint: 'sha-256 AA',
  candidates: [{ address: '127.0.0.1', port: 4_000 }],
};

test('an answer takes one codec per section and neither simulcast, rotation, retransmission streams nor bandwidth feedback', () => {
  const { answer, sections } = negotiatePublish(OFFER, 8);
  expect(sections.map(({ kind, mid, codec }) => [kind, mid, codec.mimeType, codec.payloadType])).toEqual([
    ['audio', '0', 'audio/opus', 111],
    ['video', '1', 'video/VP8', 96],
  ]);
  const lines = answer(LOCAL).split('\r\n');
  expect(lines.filter((line) => line.startsWith('m='))).toEqual([
    'm=audio 9 UDP/TLS/RTP/SAVPF 111',
    'm=video 9 UDP/TLS/RTP/SAVPF 96',
  ]);
  expect(lines.filter((line) => /simulcast|rid|orientation|rtx|remb|transport-cc/.test(line))).toEqual([]);
  expect(lines.filter((line) => line.startsWith('a=extmap'))).toEqual([
    'a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid',
  ]);
  expect(lines.filter((line) => line.startsWith('a=rtcp-fb'))).toEqual(['a=rtcp-fb:96 nack', 'a=rtcp-fb:96 nack pli']);
  expect(lines).toContain('a=ice-lite');
  expect(lines.filter((line) => line === 'a=setup:passive')).toHaveLength(2);
});

test('H.264 is taken when it comes first, as constrained baseline with packetization mode 1 only', () => {
  const preferred = OFFER.replace('a=rtpmap:96 VP8/90000', 'a=rtpmap:96 AV1/90000');
  const [, video] = negotiatePublish(preferred, 8).sections;
  expect(video.codec).toMatchObject({
    mimeType: 'video/H264',
    payloadType: 102,
    parameters: 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f',
  });
  const high = preferred.replaceAll('42e01f', '640032');
  expect(negotiatePublish(high, 8).sections.map(({ kind }) => kind)).toEqual(['audio']);
});

test('discontinuous transmission is agreed to when it is offered', () => {
  const quiet = OFFER.replace('useinbandfec=1', 'useinbandfec=1;usedtx=1');
  expect(negotiatePublish(quiet, 8).sections[0].codec.parameters).toBe('minptime=10;useinbandfec=1;usedtx=1');
  expect(negotiatePublish(OFFER, 8).sections[0].codec.parameters).toBe('minptime=10;useinbandfec=1');
});

test('what is not taken is answered as refused, in its place', () => {
  const { answer, sections } = negotiatePublish(
    `${OFFER}m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:2\r\n`,
    1,
  );
  expect(sections).toHaveLength(1);
  const lines = answer(LOCAL).split('\r\n');
  expect(lines.filter((line) => /^m=|^a=group/.test(line))).toEqual([
    'a=group:BUNDLE 0',
    'm=audio 9 UDP/TLS/RTP/SAVPF 111',
    'm=video 0 UDP/TLS/RTP/SAVPF 96 97 102 104',
    'm=application 0 UDP/DTLS/SCTP webrtc-datachannel',
  ]);
});

test('a section without a port of its own is taken when the bundle has one', () => {
  const offer = OFFER.replace('m=video 9', 'm=video 0');
  expect(negotiatePublish(offer, 8).sections).toHaveLength(1);
  expect(negotiatePublish(offer.replace('a=mid:1', 'a=mid:1\r\na=bundle-only'), 8).sections).toHaveLength(2);
});
