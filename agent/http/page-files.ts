/** The built page, held in memory: a handful of small files. */
import { readFileSync, readdirSync } from 'node:fs';
import { extname, join, sep } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

export interface PageFile {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly type: string;
  /** Vite puts a hash of the content into the names of assets: those never change. */
  readonly immutable: boolean;
}

/**
 * Reads the folder that `npm run build` made.
 * @returns files by URL path; `/` is the page. Empty when it was not built.
 */
export function readPageFiles(folder: string): ReadonlyMap<string, PageFile> {
  const files = new Map<string, PageFile>();
  for (const name of list(folder)) {
    const type = TYPES[extname(name)];
    if (type === undefined) continue;
    const path = `/${name.split(sep).join('/')}`;
    files.set(path === '/index.html' ? '/' : path, {
      body: new Uint8Array(readFileSync(join(folder, name))),
      type,
      immutable: path.startsWith('/assets/'),
    });
  }
  return files;
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' });
  } catch {
    return [];
  }
}
