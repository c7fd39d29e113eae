/** One request of the operator's to a running server. */
import { request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';

const ANSWER_WITHIN_MS = 10_000;

/** The server could not be reached, or refused; or an audit log is not what it was. */
export class AdminError extends Error {
  override readonly name = 'AdminError';
  readonly code: 'unreachable' | 'untrusted' | 'refused' | 'audit-broken' | 'unreadable';

  constructor(code: AdminError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export interface AdminCall {
  readonly method: string;
  readonly address: URL;
  /** `admin.secret` */
  readonly secret?: string | undefined;
  /** PEM: the server's own, which is trusted whatever name it is for. An operator must reach the switch. */
  readonly certificate?: string | undefined;
}

/** @throws {AdminError} `unreachable` or `untrusted` */
export async function callServer(call: AdminCall): Promise<{ readonly status: number; readonly text: string }> {
  try {
    return await send(call);
  } catch (cause) {
    throw explain(cause, call.address);
  }
}

function send({ method, address, secret, certificate }: AdminCall): Promise<{ status: number; text: string }> {
  const options = {
    method,
    headers: secret === undefined ? {} : { Authorization: `Bearer ${secret}` },
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    // It may be signed by an authority that is not asked for here, and reached by an address that it does not name.
    ...(certificate !== undefined && {
      ca: certificate,
      allowPartialTrustChain: true,
      checkServerIdentity: () => undefined,
    }),
  };
  return new Promise((resolve, reject) => {
    const asked = (address.protocol === 'https:' ? overHttps : overHttp)(address, options, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => (text += part));
      response.once('error', reject);
      response.once('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    asked.once('error', reject);
    asked.end();
  });
}

function explain(cause: unknown, { origin, protocol }: URL): AdminError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const other = 'or stop it by signal: kill -USR2 PID.';
  if (/CERT|SELF_SIGNED|ALTNAME|UNABLE_TO/.test(code)) {
    const why = `${origin} answers, but with a certificate that is not trusted here for that name (${code}). Name it as its certificate does, with --url; ${other}`;
    return new AdminError('untrusted', why, { cause });
  }
  if (code === 'ECONNRESET' || code === 'EPROTO') {
    const better = protocol === 'https:' ? 'http' : 'https';
    const why = `${origin} answers, but not in ${protocol.slice(0, -1)}. Try ${better}, with --url; ${other}`;
    return new AdminError('unreachable', why, { cause });
  }
  const why = `No server answers at ${origin}. Is it running? Name its address with --url.`;
  return new AdminError('unreachable', why, { cause });
}
