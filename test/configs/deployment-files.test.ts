import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

interface Instruction {
  readonly name: string;
  readonly value: string;
}

const KNOWN = ['ARG', 'FROM', 'WORKDIR', 'RUN', 'COPY', 'ENV', 'USER', 'EXPOSE', 'STOPSIGNAL', 'HEALTHCHECK'];

/** Instructions with their continued lines joined; throws on what is none. */
function instructionsOf(text: string): Instruction[] {
  const lines = text.split('\n').filter((line) => !line.startsWith('#'));
  const joined = lines.join('\n').replaceAll(/\\\n\s*/g, ' ');
  return joined
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, name = '', value = ''] = /^([A-Z]+) (.+)$/.exec(line) ?? [];
      if (![...KNOWN, 'ENTRYPOINT', 'CMD'].includes(name)) throw new Error(`no instruction: ${line}`);
      return { name, value };
    });
}

interface Copy {
  readonly from: string | undefined;
  readonly sources: readonly string[];
}

function copiesOf(instructions: readonly Instruction[]): Copy[] {
  return instructions
    .filter(({ name }) => name === 'COPY')
    .map(({ value }) => {
      const [, from, paths = ''] = /^(?:--from=(\S+) )?(.+)$/.exec(value) ?? [];
      return { from, sources: paths.split(' ').slice(0, -1) };
    });
}

/** What the package ships, without what a running agent does not read: other programs do, or who builds mediasoup's worker. */
function shippedToRun(): string[] {
  const { files } = JSON.parse(read('package.json')) as { files: string[] };
  const forOthers = new Set(['agent/protocol/asyncapi.json', 'CHANGELOG.md', 'sfu/mediasoup/worker-build']);
  return files.filter((path) => !forOthers.has(path));
}

const bin = (): string => (JSON.parse(read('package.json')) as { bin: { undertone: string } }).bin.undertone;

describe.each(['x64', 'l4t'])('the container file for %s', (kind) => {
  const text = read(`configs/Containerfile.${kind}`);
  const instructions = instructionsOf(text);
  const valuesOf = (wanted: string): string[] =>
    instructions.filter(({ name }) => name === wanted).map(({ value }) => value);

  it('copies only what the repository holds, and from earlier stages', () => {
    const tracked = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' }).split('\n');
    const held = (source: string): boolean => tracked.some((path) => path === source || path.startsWith(`${source}/`));
    const stages = new Set(valuesOf('FROM').map((from) => / AS (\w+)$/.exec(from)?.[1]));
    const copies = copiesOf(instructions);
    expect(copies.every(({ sources }) => sources.length > 0)).toBe(true);
    const here = copies.filter(({ from }) => from === undefined).flatMap(({ sources }) => sources);
    expect(here.filter((source) => source.includes('..') || !held(source))).toEqual([]);
    const others = copies.flatMap(({ from }) => from ?? []);
    expect(others.filter((stage) => !stages.has(stage))).toEqual([]);
  });

  it('builds from every folder that the build reads', () => {
    const copied = copiesOf(instructions).flatMap(({ from, sources }) => (from === undefined ? sources : []));
    const { include } = JSON.parse(read('configs/tsconfig.build.json')) as { include: string[] };
    for (const folder of include) expect(copied).toContain(folder.replace('../', ''));
  });

  it('takes over from the build what the package ships and needs', () => {
    const taken = copiesOf(instructions).flatMap(({ from, sources }) => (from === 'build' ? sources : []));
    for (const path of ['package.json', 'node_modules', ...shippedToRun()])
      expect(taken.some((source) => `/src/${path}`.startsWith(source))).toBe(true);
  });

  it('starts the program of the package, not as root, and is asked whether it is ready', () => {
    const [entry = '[]'] = valuesOf('ENTRYPOINT');
    const command = JSON.parse(entry) as string[];
    expect(command.at(-1)).toBe(join('/opt/undertone', bin()));
    expect(JSON.parse(valuesOf('CMD')[0] ?? '[]')).toContain('start');
    expect(valuesOf('USER').at(-1)).not.toBe('root');
    expect(instructions.findIndex(({ name }) => name === 'USER')).toBeLessThan(
      instructions.findIndex(({ name }) => name === 'ENTRYPOINT'),
    );
    expect(valuesOf('HEALTHCHECK')[0]).toContain('/readyz');
    expect(text).toContain('UNTESTED');
  });

  it('holds no secret', () => {
    for (const { value } of instructions) expect(value).not.toMatch(/SECRET|PASSWORD|TOKEN/i);
  });

  it('names settings files that there are', () => {
    const named = [...text.matchAll(/\/opt\/undertone\/(configs\/\S+?\.yaml)/g)].map(([, path = '']) => path);
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
});

describe('the systemd unit', () => {
  const unit = read('configs/undertone.service');
  const analyze = existsSync('/usr/bin/systemd-analyze') ? '/usr/bin/systemd-analyze' : undefined;
  if (analyze === undefined)
    console.warn('SKIPPED: systemd-analyze is missing; configs/setup-debian.sh installs what the tests want.');

  it('starts the program of the package', () => {
    expect(/^ExecStart=(.*)$/m.exec(unit)?.[1]).toContain(`${join('/opt/undertone', bin())} start --config`);
  });

  it.skipIf(analyze === undefined)('is understood by systemd, and leaves little to an attacker', () => {
    const folder = mkdtempSync(join(tmpdir(), 'undertone-unit-'));
    try {
      const path = join(folder, 'undertone.service');
      // systemd looks for the program, and it lies elsewhere here.
      writeFileSync(path, unit.replaceAll('/usr/bin/node', process.execPath));
      const run = (...args: string[]) => spawnSync(analyze ?? '', args, { encoding: 'utf8' });
      const { status, stderr } = run('verify', '--man=no', path);
      expect([status, stderr]).toEqual([0, '']);
      // 0 is locked up, 10 wide open; it fails above the threshold (in tenths).
      expect(run('security', '--offline=yes', '--threshold=30', path).status).toBe(0);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
