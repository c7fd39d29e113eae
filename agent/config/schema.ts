/** Every setting there is, what it means, and what holds when nobody says otherwise. */
import { z } from 'zod';
import { roleSchema } from '../auth/claims.ts';
import { roomNameSchema } from '../protocol/participants.ts';

/** Where an installation runs and for whom. The law treats these differently, so it has no default in a file of one's own. */
const deploymentContextSchema = z.enum([
  'demo',
  'research',
  'customer',
  'medical',
  'safety',
  'entertainment',
  'personal',
  'workplace',
  'education',
]);

/** The recorded reason why a context that the law forbids is allowed after all (EU AI Act Art. 5(1)(f): medical or safety). */
const basisSchema = z.strictObject({
  kind: z.enum(['medical', 'safety']),
  reference: z.string().trim().min(8, 'name the document that records the basis, at least 8 characters'),
  recordedBy: z.string().trim().min(2, 'name the person or office that answers for the basis'),
});

const deploymentSchema = z.strictObject({
  context: deploymentContextSchema,
  basis: basisSchema.optional(),
});

/** What one address (for IPv6 one /64) may do; more is refused with 429, or not connected. */
const limitsSchema = z.strictObject({
  connectionsPerAddress: z.int().min(1).max(100_000).default(256),
  requestsPerSecond: z.number().min(0.1).max(100_000).default(50),
  publishesPerMinute: z.number().min(1).max(100_000).default(60),
  /** Tokens, links and secrets that turned out wrong. */
  failuresPerMinute: z.number().min(1).max(10_000).default(20),
});

const serverSchema = z.strictObject({
  host: z.string().min(1).default('127.0.0.1'),
  port: z.int().min(0).max(65535).default(8080),
  /** Pages elsewhere that may use this server: for one that stands behind a proxy which authenticates people. */
  origins: z.array(z.url({ protocol: /^https?$/ }).transform((url) => new URL(url).origin)).default([]),
  maxSessions: z.int().min(1).max(100_000).default(64),
  /** PEM files; then HTTPS and WSS are spoken, and nothing else. */
  tls: z.strictObject({ certFile: z.string().min(1), keyFile: z.string().min(1) }).optional(),
  /** Proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed: addresses or subnets, e.g. `10.0.0.0/8`. */
  trustedProxies: z.array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()])).default([]),
  limits: limitsSchema.prefault({}),
});

const signatureSchema = z.enum(['HS256', 'EdDSA', 'Ed25519', 'ES256', 'RS256']);

/** Room tokens (JWT). Without a key nobody is asked who they are, and only this machine is served. */
const authSchema = z
  .strictObject({
    /** Shared with the platform's server, which signs by HS256; at least 32 bytes. Better in the environment than in a file. */
    secret: z.string().min(32, 'at least 32 characters, e.g. from "openssl rand -base64 48"').optional(),
    secretFile: z.string().min(1).optional(),
    /** The platform's public keys (a JSON Web Key Set): a file, or where to fetch it. */
    jwksFile: z.string().min(1).optional(),
    jwksUrl: z.url({ protocol: /^https$/ }).optional(),
    /** Signatures that are accepted; `none` never is. */
    algorithms: z.array(signatureSchema).min(1).default(['HS256', 'EdDSA', 'Ed25519', 'ES256', 'RS256']),
    /** The `aud` that a token must be made for. */
    audience: z.string().min(1).max(200).default('undertone'),
    /** The `iss` that a token must come from; any when not given. */
    issuer: z.string().min(1).max(200).optional(),
    /** How far the clocks of the platform and of this server may be apart. */
    clockToleranceS: z.int().min(0).max(300).default(5),
    /** A token is worth nothing this long after it was made, whatever it says itself. */
    maxTtlS: z.int().min(60).max(604_800).default(86_400),
    /** Who withdrew a consent that a token carries, kept over restarts (digests only); `audit.path` with `.withdrawals` when not given. */
    withdrawalsFile: z.string().min(1).optional(),
  })
  .refine(({ secret, secretFile }) => secret === undefined || secretFile === undefined, {
    path: ['secretFile'],
    message: 'auth.secret is given as well; keep one of them',
  })
  .refine(({ jwksFile, jwksUrl }) => jwksFile === undefined || jwksUrl === undefined, {
    path: ['jwksUrl'],
    message: 'auth.jwksFile is given as well; keep one of them',
  });

const port = z.int().min(1).max(65535);

/** Where callers' media arrives (UDP). */
const mediaSchema = z.strictObject({
  listenIps: z
    .array(z.union([z.ipv4(), z.ipv6()]))
    .min(1)
    .default(['127.0.0.1']),
  udpPorts: z
    .strictObject({ min: port, max: port })
    .refine(({ min, max }) => min <= max, 'min must not be above max')
    .optional(),
  /** The public address, where callers reach one of `listenIps` by another (NAT, container): it is told to them as it stands. */
  announcedAddress: z
    .union([z.ipv4(), z.ipv6(), z.hostname()], {
      error: 'must be an IP address, or a name that callers can resolve; no port and no "https://"',
    })
    .refine((name) => !/^[\d.]+$/.test(name) || z.ipv4().safeParse(name).success, 'is no IP address')
    .optional(),
});

/** WHIP tells ICE servers in a header, which carries nothing else. */
const headerText = z.string().regex(/^[ -~]+$/, 'only printable ASCII can be told to callers');

/** A TURN or STUN server that callers are told to use (RFC 8656), for networks that let nothing else through. */
const iceServerSchema = z.strictObject({
  urls: z
    .array(
      z
        .string()
        .regex(/^(stun|stuns|turn|turns):[!-;=?-~]+$/, 'an ICE server begins with stun:, stuns:, turn: or turns:'),
    )
    .min(1),
  username: headerText.optional(),
  credential: headerText.optional(),
});

/** What carries the calls. */
const sfuSchema = z.strictObject({
  /** `auto` takes mediasoup when its worker starts here, else werift; `undertone doctor` says which. */
  engine: z.enum(['auto', 'mediasoup', 'werift']).default('auto'),
  /** mediasoup's worker processes; one per core when not given. Each takes one port of `media.udpPorts`. */
  workers: z.int().min(1).max(256).optional(),
  /** ICE over TCP beside UDP, on the same port numbers (mediasoup only). */
  tcp: z.boolean().default(true),
  /** Handed to whoever publishes or watches. */
  iceServers: z.array(iceServerSchema).max(16).default([]),
});

const analysisSchema = z.strictObject({
  packDir: z.string().min(1).optional(),
  faceCacheDir: z.string().min(1).optional(),
  providers: z
    .array(z.enum(['tensorrt', 'cuda', 'webgpu', 'cpu']))
    .min(1)
    .default(['cpu']),
  workers: z.int().min(1).max(64).default(1),
});

/** What is done with results, and what participants are told of it before they agree. */
const policySchema = z.strictObject({
  /** Who sees the results of a person besides that person: nobody, everybody in the room, or who holds one of these roles. */
  visibility: z.union([z.enum(['self', 'room']), z.array(roleSchema).min(1).max(16)]).optional(),
  purposes: z
    .array(z.string().trim().min(8).max(300))
    .min(1)
    .max(8)
    .default(['to show how you come across while the call goes on']),
  /** Who runs this installation and answers for it (the controller, in the words of the GDPR). */
  operator: z.string().trim().min(2).max(200).optional(),
  /** How participants reach the operator: a mail address, a page, a telephone number. */
  contact: z.string().trim().min(3).max(200).optional(),
  /** What is stopped, kept over restarts (digests of rooms); `audit.path` with `.stop` when not given. */
  stopFile: z.string().min(1).optional(),
});

/** Where who consented, when and to what is written down; JSON lines, without media, words or names of rooms. */
const auditSchema = z.strictObject({
  path: z.string().min(1).optional(),
  maxBytes: z
    .int()
    .min(4096)
    .default(16 * 1024 * 1024),
  /** Full files that are kept besides the current one; the oldest is removed. */
  keep: z.int().min(1).max(1000).default(8),
});

/** Opt-in storage of events (never of media or captions) for the rooms named. */
const recordingSchema = z
  .strictObject({
    rooms: z.array(z.union([roomNameSchema, z.literal('*')])).default([]),
    folder: z.string().min(1).optional(),
    ttlHours: z
      .number()
      .min(1)
      .max(24 * 366)
      .default(24),
    maxBytes: z
      .int()
      .min(65_536)
      .default(256 * 1024 * 1024),
  })
  .refine(({ rooms, folder }) => rooms.length === 0 || folder !== undefined, {
    path: ['folder'],
    message: 'rooms are to be recorded, but recording.folder does not say where',
  });

/** Who may stop all analysis and read metrics. Without a secret, only programs on this machine may. */
const adminSchema = z.strictObject({
  secret: z.string().min(16, 'at least 16 characters, e.g. from "openssl rand -hex 24"').max(512).optional(),
});

/** What the running agent tells of itself. */
const telemetrySchema = z.strictObject({
  /** Prometheus, at /metrics. */
  metrics: z.boolean().default(true),
  /** Where traces go, as OTLP over HTTP: `http://127.0.0.1:4318/v1/traces`. Off when not given. */
  otlp: z.url({ protocol: /^https?$/ }).optional(),
  /** The share of hops that is traced. */
  sample: z.number().min(0).max(1).default(0.05),
});

const logSchema = z.strictObject({
  level: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
});

/** The whole configuration. Keys that are not here are refused: a misspelt setting must never be ignored in silence. */
export const configSchema = z.strictObject({
  deployment: deploymentSchema,
  server: serverSchema.prefault({}),
  auth: authSchema.prefault({}),
  media: mediaSchema.prefault({}),
  sfu: sfuSchema.prefault({}),
  analysis: analysisSchema.prefault({}),
  policy: policySchema.prefault({}),
  audit: auditSchema.prefault({}),
  recording: recordingSchema.prefault({}),
  admin: adminSchema.prefault({}),
  telemetry: telemetrySchema.prefault({}),
  log: logSchema.prefault({}),
});

export type Config = z.infer<typeof configSchema>;
