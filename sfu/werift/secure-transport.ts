/** DTLS-SRTP (RFC 5764) on werift's handshake and ciphers; the server is always the passive side. */
import { createHash, createVerify, X509Certificate } from 'node:crypto';
import {
  CipherContext,
  DtlsServer,
  HashAlgorithm,
  keyLength,
  NamedCurveAlgorithm,
  ProtectionProfileAeadAes128Gcm,
  ProtectionProfileAes128CmHmacSha1_80,
  type RtpHeader,
  saltLength,
  SignatureAlgorithm,
  type SignatureHash,
  SrtcpSession,
  SrtpSession,
} from 'werift';
import { ReplayWindow } from './replay-window.ts';
import { isMedia, isRtcp } from './rtp-packet.ts';

const CLIENT_HELLO = 1;
const CERTIFICATE_VERIFY = 15;
const FINISHED = 20;
const ALERT_RECORD = 21;
const HANDSHAKE_RECORD = 22;
/** A publisher sends a handful of streams; more SSRCs than this are noise and are dropped. */
const MAX_INCOMING_SSRCS = 64;
const HASH_NAMES: Readonly<Record<number, string>> = { 4: 'sha256', 5: 'sha384', 6: 'sha512' };

/** The server's certificate: one for all its connections. */
export interface Certificate {
  readonly certPem: string;
  readonly keyPem: string;
  readonly signatureHash: SignatureHash;
  /** As written in `a=fingerprint`: algorithm and colon-separated hex. */
  readonly fingerprint: string;
}

/** A fingerprint that the peer promised in its SDP. */
export interface Fingerprint {
  readonly algorithm: string;
  readonly value: string;
}

/** What a connection tells its owner. */
export interface SecureTransportEvents {
  connected(): void;
  rtp(packet: Buffer, index: number): void;
  rtcp(compound: Buffer): void;
  /** A packet failed authentication, was a repetition or could not be read. */
  rejected(): void;
  /** The handshake failed or the peer said goodbye. Nothing follows. */
  closed(reason: string): void;
}

/** Makes a self-signed ECDSA P-256 certificate. */
export async function createCertificate(): Promise<Certificate> {
  const made = await CipherContext.createSelfSignedCertificateWithKey(
    { signature: SignatureAlgorithm.ecdsa_3, hash: HashAlgorithm.sha256_4 },
    NamedCurveAlgorithm.secp256r1_23,
  );
  const { fingerprint256 } = new X509Certificate(made.certPem);
  return { ...made, fingerprint: `sha-256 ${fingerprint256}` };
}

/** One peer's handshake and its packets. Owns no socket: bytes come in by {@link handlePacket}, go out by `send`. */
export class SecureTransport {
  connected = false;
  #closed = false;
  #fingerprints: readonly Fingerprint[] = [];
  #srtp: SrtpSession | undefined;
  #srtcp: SrtcpSession | undefined;
  readonly #windows = new Map<number, ReplayWindow>();
  readonly #dtls: DtlsServer;
  readonly #events: SecureTransportEvents;
  readonly #send: (packet: Buffer) => void;
  readonly #toDtls: { onData: (packet: Buffer, from: readonly [string, number]) => void };

  constructor(certificate: Certificate, send: (packet: Buffer) => void, events: SecureTransportEvents) {
    this.#events = events;
    this.#send = send;
    const transport = {
      type: 'ice',
      address: { address: '', family: 'IPv4', port: 0 },
      closed: false,
      onData: (_packet: Buffer, _from: readonly [string, number]): void => {},
      send: async (packet: Buffer): Promise<void> => this.#emit(packet),
      close: async (): Promise<void> => {},
    };
    this.#toDtls = transport;
    this.#dtls = new DtlsServer({
      cert: certificate.certPem,
      key: certificate.keyPem,
      signatureHash: certificate.signatureHash,
      transport,
      // GCM first: one native pass per packet where the other needs two.
      srtpProfiles: [ProtectionProfileAeadAes128Gcm, ProtectionProfileAes128CmHmacSha1_80],
      extendedMasterSecret: true,
      certificateRequest: true,
    });
    this.#dtls.onConnect.once(() => this.#establish());
    this.#dtls.onError.once((error) =>
      this.#end(`handshake failed: ${error instanceof Error ? error.message : String(error)}`),
    );
    this.#dtls.onClose.once(() => this.#end('peer closed'));
  }

  /** The handshake waits (drops, the client repeats) until the peer's fingerprints are known. */
  expect(fingerprints: readonly Fingerprint[]): void {
    this.#fingerprints = fingerprints;
  }

  handlePacket(packet: Buffer): void {
    if (this.#closed) return;
    try {
      if (isMedia(packet)) this.#media(packet);
      else if (packet[0] >= 20 && packet[0] < 64) this.#handshake(packet);
      else this.#events.rejected();
    } catch {
      // werift throws on whatever it cannot read or authenticate. Nothing of that may reach further than its sender.
      this.#events.rejected();
    }
  }

  /** Encrypts and sends; `index` is the 48-bit packet index, of which the header carries the low half. */
  sendRtp(header: Buffer, payload: Buffer, ssrc: number, index: number): void {
    if (!this.#srtp) return;
    const rollover = Math.floor(index / 65_536);
    // werift asks these four things of a header. Its own rollover guess is bypassed: retransmissions confuse it.
    const asked = { ssrc, sequenceNumber: index % 65_536, serializeSize: header.length, serialize: () => header };
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
    this.#emit(this.#srtp.localContext.cipher.encryptRtp(asked as unknown as RtpHeader, payload, rollover));
  }

  sendRtcp(compound: Buffer): void {
    if (this.#srtcp) this.#emit(this.#srtcp.encrypt(compound));
  }

  close(): void {
    this.#closed = true;
    this.#windows.clear();
  }

  #emit(packet: Buffer): void {
    if (!this.#closed) this.#send(packet);
  }

  #handshake(packet: Buffer): void {
    if (this.#fingerprints.length === 0) return;
    if (this.connected && isUnprotected(packet)) return;
    this.#toDtls.onData(packet, ['', 0]);
  }

  #media(packet: Buffer): void {
    if (!this.#srtp || !this.#srtcp) return;
    if (isRtcp(packet)) return this.#events.rtcp(this.#srtcp.decrypt(packet));
    const ssrc = packet.readUInt32BE(8);
    const window = this.#windows.get(ssrc) ?? new ReplayWindow();
    const index = window.estimate(packet.readUInt16BE(2));
    if (!window.isFresh(index) || (!this.#windows.has(ssrc) && this.#windows.size >= MAX_INCOMING_SSRCS)) {
      this.#events.rejected();
      return;
    }
    const [plain] = this.#srtp.remoteContext.cipher.decryptRtp(packet, Math.floor(index / 65_536));
    window.accept(index);
    this.#windows.set(ssrc, window);
    this.#events.rtp(plain, index);
  }

  #establish(): void {
    if (this.#closed) return;
    const profile = this.#dtls.srtp.srtpProfile;
    const refusal =
      profile === undefined ? 'the peer offered no SRTP profile' : refusalOf(this.#dtls, this.#fingerprints);
    if (profile === undefined || refusal) return this.#end(`handshake refused: ${refusal}`);
    const keys = this.#dtls.extractSessionKeys(keyLength(profile), saltLength(profile)) as Record<
      'localKey' | 'localSalt' | 'remoteKey' | 'remoteSalt',
      Buffer
    >;
    const config = {
      profile,
      keys: {
        localMasterKey: keys.localKey,
        localMasterSalt: keys.localSalt,
        remoteMasterKey: keys.remoteKey,
        remoteMasterSalt: keys.remoteSalt,
      },
    };
    this.#srtp = new SrtpSession(config);
    this.#srtcp = new SrtcpSession(config);
    this.connected = true;
    this.#events.connected();
  }

  #end(reason: string): void {
    if (this.#closed) return;
    this.close();
    this.#events.closed(reason);
  }
}

/** A new ClientHello or an alert in the clear would let a forger reset a running session. */
function isUnprotected(packet: Buffer): boolean {
  const inTheClear = packet.length > 13 && packet.readUInt16BE(3) === 0;
  return inTheClear && (packet[0] === ALERT_RECORD || (packet[0] === HANDSHAKE_RECORD && packet[13] === CLIENT_HELLO));
}

/**
 * Why the peer is not who its SDP promised; undefined when it is. werift's server reads CertificateVerify but
 * does not check it, so a copied certificate would do: the signature over the handshake is checked here (RFC 5246 7.4.8).
 */
function refusalOf(socket: DtlsServer, promised: readonly Fingerprint[]): string | undefined {
  const der = socket.remoteCertificate;
  if (!der) return 'no client certificate';
  const known = promised.some(({ algorithm, value }) => {
    const name = algorithm.toLowerCase().replace('-', '');
    return (
      Object.values(HASH_NAMES).includes(name) &&
      createHash(name).update(der).digest('hex') === value.toLowerCase().replaceAll(':', '')
    );
  });
  if (!known) return 'certificate does not match the fingerprint in the SDP';
  const messages = socket.dtls.sortedHandshakeCache;
  const proof = messages.find((message) => message.msg_type === CERTIFICATE_VERIFY)?.fragment;
  const hash = proof && HASH_NAMES[proof[0]];
  if (!proof || !hash) return 'no proof that the peer holds its key';
  const signed = messages.filter((message) => message.msg_type !== CERTIFICATE_VERIFY && message.msg_type !== FINISHED);
  const verifier = createVerify(hash);
  for (const message of signed) verifier.update(message.serialize());
  const signature = proof.subarray(4, 4 + proof.readUInt16BE(2));
  return verifier.verify(new X509Certificate(der).publicKey, signature)
    ? undefined
    : 'the peer does not hold the key of its certificate';
}
