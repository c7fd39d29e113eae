import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPageFiles, type PageFile } from '../../../agent/http/page-files.ts';
import { bundle } from '../../support/bundle.ts';

let folder: string;
let files: ReadonlyMap<string, PageFile>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'undertone-page-'));
  await bundle('vite.config.ts', folder);
  files = readPageFiles(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const textOf = (file: PageFile | undefined): string => Buffer.from(file?.body ?? []).toString('utf8');

describe('the built page', () => {
  it('is one small bundle that asks nothing of other sites', () => {
    const scripts = [...files].filter(([path]) => path.endsWith('.js'));
    expect(scripts).toHaveLength(1);
    expect(scripts[0]?.[1].body.length).toBeLessThan(300_000);
    const hosts = [...textOf(files.get('/')).matchAll(/(?:src|href)="(?:https?:)?\/\//g)];
    expect(hosts).toEqual([]);
  });

  it('brings the event schemas along, and nothing that needs Node', () => {
    const script = textOf([...files].find(([path]) => path.endsWith('.js'))?.[1]);
    expect(script).toContain('affect.description');
    expect(script).not.toMatch(/["'`]node:|worker_threads|onnxruntime/);
  });

  it('may be cached for good, except for the page itself', () => {
    for (const [path, file] of files) expect(file.immutable).toBe(path !== '/');
  });
});
