import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { createMediasoupSfu, openSfu, type MediasoupSfu } from '../../../sfu/index.ts';
import { freePort } from '../../support/free-port.ts';
import { hasWorker } from '../contract/engines.ts';
import { HeadlessPublisher, HeadlessViewer } from '../werift/headless-caller.ts';
import { OFFER } from '../werift/raw-peer.ts';

const open: Array<() => unknown> = [];
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

async function engine(options: Parameters<typeof createMediasoupSfu>[0]): Promise<MediasoupSfu> {
  const sfu = await createMediasoupSfu({ workers: 1, ...options });
  open.push(() => sfu.close());
  return sfu;
}

/** `udp address port` and `tcp address port` of an answer. */
async function candidates(sfu: MediasoupSfu): Promise<string[]> {
  const { answerSdp } = await sfu.publish('room', 'ann', OFFER);
  const lines = answerSdp.matchAll(/^a=candidate:\S+ 1 (udp|tcp) \d+ (\S+) (\d+) typ host/gm);
  return [...new Set([...lines].map(([, protocol, address, port]) => `${protocol} ${address} ${port}`))];
}

describe.skipIf(!hasWorker)('where mediasoup is reached', () => {
  test('a call goes over TCP when the network lets no UDP through', async () => {
    const sfu = await engine({});
    const onlyTcp = (sdp: string): string => sdp.replaceAll(/a=candidate:\S+ 1 udp .*\r\n/g, '');
    const ann = new HeadlessPublisher();
    open.push(() => ann.close());
    await ann.publish(sfu, 'room', 'ann', undefined, onlyTcp);
    const bob = await HeadlessViewer.join(sfu, 'room', 'bob', onlyTcp);
    open.push(() => bob.close());
    const { tracks } = await bob.offered((offer) => offer.tracks.length === 2);
    await bob.frames(tracks.find(({ kind }) => kind === 'video')!.mid, 20);
  });

  test('without TCP only UDP is offered', async () => {
    const sfu = await engine({ tcp: false });
    expect((await candidates(sfu)).map((each) => each.split(' ')[0])).toEqual(['udp']);
  });

  test('the public address is announced, on a port of the range, for UDP and TCP', async () => {
    const port = await freePort();
    const sfu = await engine({ announcedAddress: '192.0.2.7', udpPorts: { min: port, max: port } });
    expect(await candidates(sfu)).toEqual([`udp 192.0.2.7 ${port}`, `tcp 192.0.2.7 ${port}`]);
  });

  test('more workers than the range has ports are refused with what to change', async () => {
    const port = await freePort();
    const refused = createMediasoupSfu({ workers: 2, udpPorts: { min: port, max: port } });
    await expect(refused).rejects.toMatchObject({
      code: 'no-port',
      message: expect.stringMatching(/one port per worker/),
    });
  });

  test('auto takes mediasoup where its worker starts, and says why', async () => {
    const { sfu, why } = await openSfu('auto', { workers: 1 });
    open.push(() => sfu.close());
    expect([sfu.engine, why]).toEqual(['mediasoup', 'its worker starts on this machine']);
  });
});

test('a worker that MEDIASOUP_WORKER_BIN names and that does not start is named, with the reason and what to correct', async () => {
  // mediasoup reads the path once in a process: this one needs a process of its own.
  const program = `
    import { openSfu } from ${JSON.stringify(new URL('../../../sfu/index.ts', import.meta.url).href)};
    const { sfu, why } = await openSfu('auto');
    const refused = await openSfu('mediasoup').catch((error) => error);
    console.log(JSON.stringify({ engine: sfu.engine, why, code: refused.code, message: refused.message }));
    process.exit(0);`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '--eval', program],
    { env: { ...process.env, MEDIASOUP_WORKER_BIN: '/nonexistent/worker' } },
  );
  const said = JSON.parse(stdout) as Record<string, string>;
  expect(said).toMatchObject({ engine: 'werift', code: 'engine-gone' });
  for (const text of [said['why'], said['message']])
    expect(text).toMatch(/\/nonexistent\/worker, which MEDIASOUP_WORKER_BIN names, does not start \(.*ENOENT\)/);
});

test('auto takes werift where no worker is, and says how to get one; mediasoup by name is refused', async () => {
  const before = { bin: process.env['MEDIASOUP_WORKER_BIN'], cache: process.env['XDG_CACHE_HOME'] };
  delete process.env['MEDIASOUP_WORKER_BIN'];
  process.env['XDG_CACHE_HOME'] = '/nonexistent';
  try {
    const { sfu, why } = await openSfu('auto');
    open.push(() => sfu.close());
    expect(sfu.engine).toBe('werift');
    expect(why).toMatch(/npm run sfu:setup/);
    await expect(openSfu('mediasoup')).rejects.toMatchObject({ code: 'engine-gone' });
  } finally {
    for (const [name, value] of [
      ['MEDIASOUP_WORKER_BIN', before.bin],
      ['XDG_CACHE_HOME', before.cache],
    ] as const)
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
  }
});
