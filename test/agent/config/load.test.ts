import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError } from '../../../agent/config/config-error.ts';
import { isLoopback } from '../../../agent/config/deployment.ts';
import { loadConfig, type ConfigSources } from '../../../agent/config/load.ts';
import { visibilityOf } from '../../../agent/policy/visibility.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'undertone-config-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let count = 0;
function file(text: string): string {
  const path = join(folder, `case-${count++}.yaml`);
  writeFileSync(path, text);
  return path;
}

function refusal(sources: ConfigSources): ConfigError {
  try {
    loadConfig(sources);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('expected the configuration to be refused');
}

describe('loadConfig', () => {
  it.each(['default', 'desktop-gpu', 'jetson'])('accepts the profile %s as it is shipped', (name) => {
    const config = loadConfig({ file: fileURLToPath(new URL(`../../../configs/${name}.yaml`, import.meta.url)) });
    expect(config.deployment.context).toBe('demo');
    expect(isLoopback(config.server.host)).toBe(true);
  });

  it('refuses an unknown key with file, line and column, and guesses what was meant', () => {
    const path = file('deployment:\n  context: demo\nserver:\n  host: 127.0.0.1\n  prot: 9000\n');
    const error = refusal({ file: path });
    expect(error.message).toContain(`${path}:5:3: unknown key "server.prot". Did you mean "port"?`);
  });

  it('lists the known keys when nothing is near', () => {
    const error = refusal({ file: file('deployment: {context: demo}\ncolour: red\n') });
    expect(error.message).toMatch(/:2:1: unknown key "colour". Known keys here: deployment, server/);
  });

  it('points at the line of a wrong value', () => {
    const error = refusal({ file: file('deployment: {context: demo}\nserver:\n  port: lots\n') });
    expect(error.message).toMatch(/:3:3: server\.port: .*number/);
  });

  it('points at the line of broken YAML', () => {
    expect(refusal({ file: file('deployment:\n  context: [demo\n') }).message).toMatch(/:\d+:\d+: not valid YAML/);
  });

  it('lets flags win over the environment and the environment over the file', () => {
    const path = file('deployment: {context: demo}\nserver: {port: 1}\nlog: {level: warn}\n');
    const environment = {
      UNDERTONE_SERVER_PORT: '2',
      UNDERTONE_ANALYSIS_PROVIDERS: '[cuda, cpu]',
      UNDERTONE_SERVER_MAX_SESSIONS: '3',
      HOME: '/',
    };
    const config = loadConfig({
      file: path,
      environment,
      flags: [
        [['server', 'port'], 4, '--port'],
        [['server', 'host'], undefined, '--host'],
      ],
    });
    expect(config.server).toMatchObject({ host: '127.0.0.1', port: 4, maxSessions: 3, origins: [] });
    expect(config.analysis.providers).toEqual(['cuda', 'cpu']);
    expect(config.log.level).toBe('warn');
  });

  it('refuses a variable that names no setting, and names the variable of a wrong value', () => {
    const path = file('deployment: {context: demo}\n');
    expect(refusal({ file: path, environment: { UNDERTONE_SERVER_PROT: '1' } }).message).toContain(
      'Did you mean UNDERTONE_SERVER_PORT?',
    );
    expect(refusal({ file: path, environment: { UNDERTONE_SERVER_PORT: 'x' } }).message).toMatch(
      /^UNDERTONE_SERVER_PORT: server\.port/,
    );
  });

  it('does not guess the context: a file without one is refused', () => {
    expect(refusal({ file: file('server: {port: 1}\n') }).code).toBe('context-missing');
    expect(refusal({ file: file('') }).code).toBe('context-missing');
    expect(
      loadConfig({ file: file(''), environment: { UNDERTONE_DEPLOYMENT_CONTEXT: 'research' } }).deployment.context,
    ).toBe('research');
  });

  it.each(['workplace', 'education'])('refuses %s without a basis, in words that name the law', (context) => {
    const error = refusal({ file: file(`deployment: {context: ${context}}\n`) });
    expect(error.code).toBe('context-prohibited');
    expect(error.message).toMatch(/EU AI Act, Article 5\(1\)\(f\).*deployment\.basis/s);
  });

  it('accepts a workplace with a recorded safety basis, and keeps results to the person described', () => {
    const config = loadConfig({
      file: file(
        'deployment:\n  context: workplace\n  basis: {kind: safety, reference: Safety file 12/2026, recordedBy: Site safety office}\n',
      ),
    });
    expect(visibilityOf(config)).toBe('self');
  });

  it.each(['0.0.0.0', '::', '192.168.1.2', 'example.org', '128.0.0.1'])('refuses to listen on %s', (host) => {
    expect(refusal({ file: file(`deployment: {context: demo}\nserver: {host: "${host}"}\n`) }).code).toBe(
      'binding-refused',
    );
  });

  it('says what to do when the file is not there', () => {
    expect(refusal({ file: join(folder, 'absent.yaml') }).message).toMatch(/cannot be read.*--config/);
  });
});
