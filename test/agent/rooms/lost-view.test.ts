import { afterEach, expect, it, vi } from 'vitest';
import type { Agent } from '../../../agent/agent.ts';
import { SfuError, type ViewerOffer } from '../../../sfu/index.ts';
import { FakeSfu, startTestAgent, TestClient } from '../fakes.ts';

interface View {
  readonly offer: (offer: ViewerOffer) => void;
  readonly end: (reason: string) => void;
  restarts: number;
}

/** Whoever watches is written down, and can be thrown out. */
class WatchedSfu extends FakeSfu {
  readonly views: View[] = [];
  /** So many attempts find no engine. */
  refusals = 0;

  override view(
    ...[, , offer, end]: [room?: string, viewer?: string, offer?: View['offer'], end?: View['end']]
  ): ReturnType<FakeSfu['view']> {
    if (this.refusals-- > 0) return Promise.reject(new SfuError('engine-gone', 'No media worker is running just now.'));
    const view: View = { offer: offer!, end: end!, restarts: 0 };
    this.views.push(view);
    view.offer({ number: 1, sdp: `connection ${this.views.length}`, tracks: [] });
    const restart = (): Promise<void> => {
      view.restarts++;
      return Promise.resolve();
    };
    return super.view().then((viewer) => ({ ...viewer, restart }));
  }
}

let agent: Agent | undefined;
afterEach(async () => {
  vi.useRealTimers();
  await agent?.close();
});

async function watching(watch = true) {
  const sfu = new WatchedSfu();
  ({ agent } = await startTestAgent({}, { sfu }));
  const { client, id } = await TestClient.join(agent.url, { watch });
  return { sfu, client, id };
}

it('offers a new connection by itself when the engine failed under the old one, as soon as there is an engine again', async () => {
  const { sfu, client } = await watching();
  await client.next('offer');
  sfu.refusals = 2;
  sfu.views[0].end('engine gone');
  expect(await client.next('offer')).toMatchObject({ number: 1, sdp: 'connection 2' });
  expect(sfu.views).toHaveLength(2);
});

it('says that the others cannot be shown when no engine comes back', async () => {
  const { sfu, client } = await watching();
  await client.next('offer');
  sfu.refusals = Infinity;
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  sfu.views[0].end('engine gone');
  const told = client.next('error');
  await vi.advanceTimersByTimeAsync(30_000);
  vi.useRealTimers();
  expect(await told).toMatchObject({
    code: 'media-failed',
    message: expect.stringMatching(/No media worker.*restart/),
  });
});

it('gives who lost the connection for good a new one when they ask for a restart, and restarts one that is there', async () => {
  const { sfu, client } = await watching();
  await client.next('offer');
  client.send({ type: 'restart' });
  await client.settled();
  expect(sfu.views.map(({ restarts }) => restarts)).toEqual([1]);
  sfu.views[0].end('connection lost');
  await client.settled();
  expect(sfu.views).toHaveLength(1);
  client.send({ type: 'restart' });
  expect(await client.next('offer')).toMatchObject({ sdp: 'connection 2' });
});

it('shows nobody to who did not ask to watch, whatever they send', async () => {
  const { sfu, client } = await watching(false);
  client.send({ type: 'restart' });
  await client.settled();
  expect(sfu.views).toEqual([]);
});

it('tells who published that the engine failed and what to do, and nobody whose publication just ended', async () => {
  const { sfu, client, id } = await watching();
  const closed = { type: 'publication-closed', room: 'lobby', participant: id, id: 'publication-0' } as const;
  sfu.emit({ ...closed, reason: 'peer closed' });
  await client.settled();
  expect(client.received.map(({ type }) => type)).not.toContain('error');
  sfu.emit({ ...closed, reason: 'engine gone' });
  expect(await client.next('error')).toMatchObject({
    code: 'media-failed',
    message: expect.stringMatching(/Publish again/),
  });
});
