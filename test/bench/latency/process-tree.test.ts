import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cpuMsOfTree, residentBytesOfTree } from '../../../bench/latency/process-tree.ts';

const BURNT_MS = 400;
const HELD_BYTES = 150 * 2 ** 20;
/** Burns and holds as much as was asked for, says so, and stays. */
const GRANDCHILD = `
  const held = Buffer.alloc(${HELD_BYTES}, 1);
  const used = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1000; };
  // The kernel tells CPU in whole ticks of 10 ms.
  while (used() < ${BURNT_MS + 50}) Math.sqrt(held[0]);
  process.send('burnt');
  process.on('disconnect', () => process.exit());`;
/** Starts that one and does nothing itself, as an agent with the worker of an SFU; ends it when told anything. */
const CHILD = `
  const worker = require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(GRANDCHILD)}],
    { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  worker.on('message', (text) => process.send(text));
  worker.on('exit', () => process.send('ended'));
  process.on('message', () => worker.kill('SIGKILL'));
  process.on('disconnect', () => process.exit());`;

const linux = process.platform === 'linux';
if (!linux) console.warn('The CPU and memory of other processes can be read on Linux alone: these tests need one.');

describe.skipIf(!linux)('what is read of a process and of what it started', () => {
  let child: ChildProcess;
  beforeAll(async () => {
    child = spawn(process.execPath, ['-e', CHILD], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    expect(await once(child, 'message')).toEqual(['burnt', undefined]);
  });
  afterAll(async () => {
    if (child.exitCode !== null) return;
    child.disconnect();
    await once(child, 'exit');
  });

  it('counts the CPU and the memory of a grandchild, and goes on counting its CPU once it has ended', async () => {
    const burntMs = (await cpuMsOfTree(child.pid)) ?? Number.NaN;
    expect(burntMs).toBeGreaterThanOrEqual(BURNT_MS);
    expect(await residentBytesOfTree(child.pid)).toBeGreaterThan(HELD_BYTES);
    const ended = once(child, 'message');
    child.send('end it');
    await ended;
    expect(await cpuMsOfTree(child.pid)).toBeGreaterThanOrEqual(burntMs);
    expect(await residentBytesOfTree(child.pid)).toBeLessThan(HELD_BYTES);
  });

  it('counts nobody who only lives beside it', async () => {
    const other = spawn(
      process.execPath,
      ['-e', 'process.send("here"); process.on("disconnect", () => process.exit())'],
      {
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      },
    );
    await once(other, 'message');
    const alone = await residentBytesOfTree(other.pid);
    expect(alone).toBeGreaterThan(2 ** 20);
    expect(alone).toBeLessThan(HELD_BYTES);
    other.disconnect();
    await once(other, 'exit');
    expect(await residentBytesOfTree(other.pid)).toBeNull();
    expect(await cpuMsOfTree(undefined)).toBeNull();
  });
});
