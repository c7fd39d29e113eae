/** The front of the house: what is asked of every request, HTTP or WebSocket, before anything is done with it. */
import type { IncomingMessage } from 'node:http';
import type { Access } from '../auth/access.ts';
import { AuthError } from '../auth/auth-error.ts';
import type { Credentials, Gate } from '../auth/gate.ts';
import type { Config } from '../config/schema.ts';
import { AddressLimits } from './address-limits.ts';
import { ProxyTrust, type Visitor } from './client-address.ts';
import { refuseForeign, type Welcome } from './same-origin.ts';

export interface FrontOptions {
  readonly config: Config;
  readonly gate: Gate;
  /** Names and addresses by which this machine is known on its own network (`--lan`). */
  readonly names?: readonly string[] | undefined;
}

export class Front {
  readonly gate: Gate;
  readonly limits: AddressLimits;
  readonly proxies: ProxyTrust;
  /** Tell browsers to come by HTTPS only? Not with a self-made certificate: it would take away the way past the warning. */
  readonly hsts: boolean;
  readonly #welcome: Welcome;

  constructor({ config, gate, names = [] }: FrontOptions) {
    const { limits, trustedProxies, origins } = config.server;
    this.gate = gate;
    this.limits = new AddressLimits(limits);
    this.proxies = new ProxyTrust(trustedProxies);
    this.hsts = names.length === 0;
    // Against rebinding only names need to be known: an address cannot be made to mean another machine.
    this.#welcome = { origins, names, addresses: !gate.open };
  }

  /** @throws {AuthError} `too-many-requests`, or `foreign` for a page or a name that is not welcome */
  receive(request: IncomingMessage): Visitor {
    const visitor = this.proxies.visitor(request);
    this.limits.request(visitor.address);
    const foreign = refuseForeign(request.headers, this.#welcome);
    if (foreign !== undefined) throw new AuthError('foreign', foreign);
    return visitor;
  }

  /**
   * Looks at what somebody shows; what is wrong counts against their address.
   * @param entering see {@link Gate.admit}
   * @throws {AuthError}
   */
  async admit({ address }: Visitor, shown: Credentials, room: string | undefined, entering = true): Promise<Access> {
    this.limits.attempt(address);
    try {
      return await this.gate.admit(shown, room, entering);
    } catch (error) {
      if (error instanceof AuthError && error.status === 401 && error.code !== 'no-token') this.limits.failed(address);
      throw error;
    }
  }
}
