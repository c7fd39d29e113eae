/** A peer that can do ICE and nothing else: for sending what no browser would. */
import { createHmac, randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { crc32 } from 'node:zlib';

/** Where a server listens and what it answers to, read from its SDP. */
export interface Server {
  readonly port: number;
  readonly ufrag: string;
  readonly pwd: string;
}

/** Reads candidate and credentials of a description. */
export function serverOf(sdp: string): Server {
  return {
    port: Number(/a=candidate:\S+ 1 udp \d+ \S+ (\d+)/.exec(sdp)![1]),
    ufrag: /a=ice-ufrag:(\S+)/.exec(sdp)![1],
    pwd: /a=ice-pwd:(\S+)/.exec(sdp)![1],
  };
}

/** A whole offer of a client that will never come. */
export const OFFER = [
  'v=0',
  'o=- 1 1 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0 1',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111',
  'c=IN IP4 0.0.0.0',
  'a=ice-ufrag:abcd',
  'a=ice-pwd:abcdefghijklmnopqrstuvwx',
  `a=fingerprint:sha-256 ${Array(32).fill('AB').join(':')}`,
  'a=setup:actpass',
  'a=mid:0',
  'a=sendonly',
  'a=rtcp-mux',
  'a=rtpmap:111 opus/48000/2',
  'a=fmtp:111 minptime=10;useinbandfec=1',
  'm=video 9 UDP/TLS/RTP/SAVPF 96 97 102 104',
  'c=IN IP4 0.0.0.0',
  'a=ice-ufrag:abcd',
  'a=ice-pwd:abcdefghijklmnopqrstuvwx',
  `a=fingerprint:sha-256 ${Array(32).fill('AB').join(':')}`,
  'a=setup:actpass',
  'a=mid:1',
  'a=sendonly',
  'a=rtcp-mux',
  'a=extmap:3 urn:3gpp:video-orientation',
  'a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid',
  'a=rtpmap:96 VP8/90000',
  'a=rtcp-fb:96 goog-remb',
  'a=rtcp-fb:96 transport-cc',
  'a=rtcp-fb:96 nack',
  'a=rtcp-fb:96 nack pli',
  'a=rtpmap:97 rtx/90000',
  'a=fmtp:97 apt=96',
  'a=rtpmap:102 H264/90000',
  'a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f',
  'a=rtpmap:104 H264/90000',
  'a=fmtp:104 level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42e01f',
  'a=rid:hi send',
  'a=rid:lo send',
  'a=simulcast:send hi;lo',
  '',
].join('\r\n');

/** A signed binding request that nominates, with all that RFC 8445 wants of a client. */
export function bindingRequest({ ufrag, pwd }: Pick<Server, 'ufrag' | 'pwd'>): Buffer {
  const attributes = Buffer.concat([
    attribute(0x0006, Buffer.from(`${ufrag}:abcd`)),
    attribute(0x0024, Buffer.from([0x6e, 0, 0x1e, 0xff])),
    attribute(0x802a, randomBytes(8)),
    attribute(0x0025, Buffer.alloc(0)),
  ]);
  const header = Buffer.alloc(20);
  header.writeUInt16BE(1, 0);
  header.writeUInt32BE(0x2112a442, 4);
  randomBytes(12).copy(header, 8);
  // Each of the two is computed with a length that ends behind itself.
  header.writeUInt16BE(attributes.length + 24, 2);
  const digest = createHmac('sha1', pwd).update(header).update(attributes).digest();
  const signed = Buffer.concat([header, attributes, attribute(0x0008, digest)]);
  signed.writeUInt16BE(signed.length - 20 + 8, 2);
  const fingerprint = Buffer.alloc(4);
  fingerprint.writeUInt32BE((crc32(signed) ^ 0x5354554e) >>> 0);
  return Buffer.concat([signed, attribute(0x8028, fingerprint)]);
}

function attribute(type: number, value: Buffer): Buffer {
  const out = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4);
  out.writeUInt16BE(type, 0);
  out.writeUInt16BE(value.length, 2);
  value.copy(out, 4);
  return out;
}

/** A socket that has proved itself to the server, so that everything it sends is let in. */
export async function authenticated(server: Server): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.send(bindingRequest(server), server.port, '127.0.0.1');
  const [reply] = (await once(socket, 'message')) as [Buffer];
  if (reply.readUInt16BE(0) !== 0x0101) throw new Error('the server did not accept the check');
  return socket;
}
