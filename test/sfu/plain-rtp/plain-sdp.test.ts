import { describe, expect, it } from 'vitest';
import { isPlainOffer, parsePlainOffer, writePlainAnswer } from '../../../sfu/plain-rtp/plain-sdp.ts';
import { OFFER } from '../werift/raw-peer.ts';

const HEAD = ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 't=0 0'];
const AUDIO = ['m=audio 9 RTP/AVP 111', 'a=rtpmap:111 opus/48000/2', 'a=ssrc:1001'];
const VIDEO = ['m=video 9 RTP/AVP 96', 'a=rtpmap:96 VP8/90000', 'a=ssrc:1002'];
const sdp = (...lines: string[]) => `${lines.join('\r\n')}\r\n`;

describe('plain offers', () => {
  it('are told from those of peer connections', () => {
    expect(isPlainOffer(sdp(...HEAD, ...AUDIO))).toBe(true);
    expect(isPlainOffer(OFFER)).toBe(false);
  });

  it('name the streams that will be pushed', () => {
    expect(parsePlainOffer(sdp(...HEAD, ...AUDIO, ...VIDEO), 8)).toEqual([
      {
        kind: 'audio',
        ssrc: 1001,
        codec: expect.objectContaining({ mimeType: 'audio/opus', payloadType: 111, clockRateHz: 48_000, channels: 2 }),
      },
      { kind: 'video', ssrc: 1002, codec: { mimeType: 'video/VP8', payloadType: 96, clockRateHz: 90_000 } },
    ]);
  });

  it.each([
    ['no stream number', AUDIO.slice(0, 2), /a=ssrc/],
    ['a codec that cannot be read', ['m=audio 9 RTP/AVP 0', 'a=rtpmap:0 PCMU/8000', 'a=ssrc:1'], /Opus/],
    [
      'a peer connection beside plain RTP',
      [...AUDIO, ...VIDEO.map((l) => l.replace('RTP/AVP', 'UDP/TLS/RTP/SAVPF'))],
      /plain RTP/,
    ],
    ['one number for two streams', [...AUDIO, ...VIDEO.map((line) => line.replace('1002', '1001'))], /same a=ssrc/],
    ['too many', [...AUDIO, ...VIDEO, ...VIDEO.map((line) => line.replace('1002', '1003'))], /more than 2/],
  ])('are refused with what to change: %s', (_, lines, why) => {
    expect(() => parsePlainOffer(sdp(...HEAD, ...lines), 2)).toThrow(expect.objectContaining({ code: 'bad-offer' }));
    expect(() => parsePlainOffer(sdp(...HEAD, ...lines), 2)).toThrow(why);
  });

  it('are answered with where each stream goes, in the order of the offer', () => {
    const sources = parsePlainOffer(sdp(...HEAD, ...VIDEO, ...AUDIO), 8);
    const answer = writePlainAnswer(sources, [
      { address: '192.0.2.1', port: 4000, rtcpPort: 4001 },
      { address: '192.0.2.1', port: 4002, rtcpPort: 4002 },
    ]);
    const media = answer.split('\r\n').filter((line) => /^(m|c|a=rtcp:)/.test(line));
    expect(media).toEqual([
      'm=video 4000 RTP/AVP 96',
      'c=IN IP4 192.0.2.1',
      'a=rtcp:4001',
      'm=audio 4002 RTP/AVP 111',
      'c=IN IP4 192.0.2.1',
      'a=rtcp:4002',
    ]);
  });
});
