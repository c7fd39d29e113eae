/** What the routes know of a request. */
import type { HttpBindings } from '@hono/node-server';
import type { Visitor } from './client-address.ts';

export interface AppEnv {
  readonly Bindings: HttpBindings;
  readonly Variables: { readonly visitor: Visitor };
}
