/** The built overlay on a plain page from a server of its own, as a platform would have it. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from '../support/bundle.ts';

// What a careful platform sends: no inline script, no inline style, no eval.
const POLICY = "default-src 'self'; connect-src *; media-src 'self' blob: mediastream:; img-src 'self' data:";

const TYPES: Readonly<Record<string, string>> = { html: 'text/html', js: 'text/javascript', css: 'text/css' };

export interface OverlaySite {
  readonly url: string;
  /** The bundle as it is published. */
  readonly bundle: Buffer;
  close(): Promise<void>;
}

/** Builds the bundle and serves it beside these pages (name -> file). */
export async function serveOverlay(pages: Readonly<Record<string, string>>): Promise<OverlaySite> {
  const folder = mkdtempSync(join(tmpdir(), 'undertone-overlay-'));
  await bundle('vite.overlay.config.ts', folder);
  const script = readFileSync(join(folder, 'undertone-overlay.js'));
  rmSync(folder, { recursive: true, force: true });
  const server = createServer((request, response) => {
    const name = new URL(request.url ?? '/', 'http://site').pathname.slice(1);
    const body =
      name === 'undertone-overlay.js'
        ? script
        : Object.hasOwn(pages, name)
          ? readFileSync(pages[name] ?? '')
          : undefined;
    const type = TYPES[name.split('.').at(-1) ?? ''] ?? 'text/plain';
    response.writeHead(body ? 200 : 404, {
      'Content-Type': `${type}; charset=utf-8`,
      'Content-Security-Policy': POLICY,
    });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, bundle: script, close: () => closed(server) };
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
