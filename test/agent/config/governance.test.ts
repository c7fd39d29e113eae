import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../agent/config/load.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'undertone-governance-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let count = 0;
function load(text: string) {
  const path = join(folder, `${count++}.yaml`);
  writeFileSync(path, `deployment: {context: demo}\n${text}\n`);
  return loadConfig({ file: path });
}

describe('settings of policy, audit, recording, administration and telemetry', () => {
  it('store nothing, trace nothing and show results to the person alone unless somebody says otherwise', () => {
    const { policy, audit, recording, admin, telemetry } = load('');
    expect(policy.visibility).toBeUndefined();
    expect([audit.path, recording.rooms, admin.secret, telemetry.otlp]).toEqual([undefined, [], undefined, undefined]);
  });

  it.each(['self', 'room', '[coach, host]'])('take policy.visibility: %s', (visibility) => {
    expect(load(`policy: {visibility: ${visibility}}`).policy.visibility).toBeDefined();
  });

  it.each([
    ['policy: {visibility: everybody}', 'policy.visibility'],
    ['policy: {visibility: []}', 'policy.visibility'],
    ['policy: {purposes: []}', 'policy.purposes'],
    ['recording: {rooms: [lab]}', 'recording.folder'],
    ['recording: {rooms: ["../etc"], folder: x}', 'recording.rooms'],
    ['recording: {rooms: [lab], folder: x, ttlHours: 0}', 'recording.ttlHours'],
    ['admin: {secret: short}', 'openssl rand'],
    ['telemetry: {otlp: not-an-address}', 'telemetry.otlp'],
    ['telemetry: {sample: 2}', 'telemetry.sample'],
    ['audit: {pth: x}', 'Did you mean "path"?'],
  ])('are refused, with a word of what is wrong: %s', (text, word) => {
    expect(() => load(text)).toThrow(word);
  });

  it('are all explained in the default configuration, and hold as they are commented there', () => {
    const shipped = readFileSync(fileURLToPath(new URL('../../../configs/default.yaml', import.meta.url)), 'utf8');
    for (const key of ['purposes', 'contact', 'visibility', 'path', 'ttlHours', 'secret', 'metrics', 'otlp'])
      expect(shipped).toMatch(new RegExp(`^[# ]+${key}:`, 'm'));
  });
});
