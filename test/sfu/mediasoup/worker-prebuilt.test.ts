import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fetchWorker, prebuiltUrl } from '../../../sfu/mediasoup/worker-prebuilt.ts';

const PROGRAM = '#!/bin/sh\nexit 41\n';
const folder = mkdtempSync(join(tmpdir(), 'undertone-prebuilt-'));
let server: Server;
let at: string;

beforeAll(async () => {
  writeFileSync(join(folder, 'mediasoup-worker'), PROGRAM);
  const archive = execFileSync('tar', ['-czf', '-', '-C', folder, 'mediasoup-worker']);
  const bodies: Readonly<Record<string, Buffer>> = { '/worker.tgz': archive, '/page.tgz': Buffer.from('<html>') };
  server = createServer(({ url = '' }, response) => {
    const body = bodies[url];
    response.writeHead(url === '/broken.tgz' ? 502 : body ? 200 : 404).end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

test('a prebuilt worker is unpacked, tried, and kept as a program', async () => {
  const target = join(folder, 'kept', 'mediasoup-worker');
  const tried: string[] = [];
  const accept = async (program: string): Promise<void> => void tried.push(readFileSync(program, 'utf8'));
  expect(await fetchWorker(`${at}/worker.tgz`, target, accept)).toBeUndefined();
  expect(tried).toEqual([PROGRAM]);
  expect(readFileSync(target, 'utf8')).toBe(PROGRAM);
  expect(statSync(target).mode & 0o111).toBe(0o111);
});

test('one that does not work is not kept', async () => {
  const target = join(folder, 'refused', 'mediasoup-worker');
  const accept = (): Promise<void> => Promise.reject(new Error('it dies at the first handshake'));
  await expect(fetchWorker(`${at}/worker.tgz`, target, accept)).rejects.toThrow('first handshake');
  expect(existsSync(target)).toBe(false);
});

test.each([
  ['none for this system', '/missing.tgz', /none is published/],
  ['a server that fails', '/broken.tgz', /502/],
  ['a page of a captive network', '/page.tgz', /not the archive/],
])('why there is none is said: %s', async (_, path, why) => {
  const target = join(folder, 'none', 'mediasoup-worker');
  const accept = (): Promise<void> => Promise.reject(new Error('nothing to try'));
  expect(await fetchWorker(at + path, target, accept)).toMatch(why);
  expect(existsSync(target)).toBe(false);
});

test('without the open web it is said that it cannot be reached', async () => {
  const accept = (): Promise<void> => Promise.reject(new Error('nothing to try'));
  expect(await fetchWorker('http://127.0.0.1:9/worker.tgz', join(folder, 'x'), accept)).toMatch(/bad port|refused/);
});

test('it is looked for by version, system and processor, where mediasoup publishes it or at the mirror that is named', () => {
  expect(prebuiltUrl('3.19.3')).toMatch(
    new RegExp(
      `^https://github\\.com/versatica/mediasoup/.*/3\\.19\\.3/mediasoup-worker-3\\.19\\.3-${process.platform}-${process.arch}`,
    ),
  );
  process.env['MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL'] = 'https://mirror.example/m';
  try {
    expect(prebuiltUrl('3.19.3')).toMatch(/^https:\/\/mirror\.example\/m\/3\.19\.3\/mediasoup-worker-/);
  } finally {
    delete process.env['MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL'];
  }
});
