import type { types } from 'mediasoup';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { attach, AttachError, type AffectEvent, type Attachment, recordConsent } from '../../../agent/attach/index.ts';
import { findFaceMedia, findFfmpeg, findMediasoup } from '../../support/machine.ts';
import { encodeClip, MEDIA_CODECS, RtpCaller, startWorker } from './rtp-caller.ts';

const media = findFaceMedia();
const ready = [findMediasoup(), findFfmpeg(), media].every((part) => part !== undefined);
const deployment = { context: 'research' } as const;

function consentOf(participant: string) {
  return recordConsent({ room: 'standup', participant, receiptVersion: 'v3', how: 'dialog' });
}

async function next(events: AsyncIterable<AffectEvent>, type: AffectEvent['type']): Promise<AffectEvent> {
  for await (const event of events) if (event.type === type) return event;
  throw new Error('the events ended');
}

describe.skipIf(!ready)('attach', () => {
  let worker: types.Worker;
  let router: types.Router;
  let caller: RtpCaller;
  let clip: string;
  let keeper: Attachment;
  const attachments: Attachment[] = [];
  const callers: RtpCaller[] = [];

  beforeAll(async () => {
    worker = await startWorker();
    router = await worker.createRouter({ mediaCodecs: MEDIA_CODECS });
    clip = encodeClip(media!);
    caller = await RtpCaller.publish(router, clip);
    callers.push(caller);
    // Keeps the process that all attachments share.
    keeper = await attach(router, { deployment, grant: () => undefined });
  });

  // What lives on would be heard of in the next test: they share a process.
  afterEach(async () => {
    await Promise.all(attachments.splice(0).map((each) => each.close()));
  });

  afterAll(async () => {
    await keeper?.close();
    await Promise.all(callers.map((each) => each.close()));
    worker?.close();
  });

  async function attached(...[of, options]: Parameters<typeof attach>): Promise<Attachment> {
    const attachment = await attach(of, options);
    attachments.push(attachment);
    return attachment;
  }

  it('describes a person from the producers it is given', async () => {
    const consent = consentOf('anna');
    const producers = [caller.audio, caller.video];
    const heard: AffectEvent[] = [];
    const attachment = await attached(router, {
      producers,
      deployment,
      grant: consent.grant,
      onEvent: (event) => heard.push(event),
    });
    const description = await next(attachment, 'affect.description');
    expect(description).toMatchObject({ participant: 'anna', room: 'standup', pack: attachment.pack });
    expect(heard).toContain(description);
    expect(heard.map(({ seq }) => seq)).toEqual(heard.map((_, i) => i));
    expect(attachment.stats()).toMatchObject({ participants: 1, producers: 2, packetsDropped: 0 });
  });

  it('forgets a person who withdraws, tells nothing of them any more, and keeps the proof', async () => {
    const consent = consentOf('anna');
    const attachment = await attached(router, { producers: caller.video, deployment, grant: consent.grant });
    await next(attachment, 'affect.state');
    await consent.withdraw();
    const { events } = attachment.stats();
    expect(attachment.stats()).toMatchObject({ participants: 0, producers: 0 });
    attachment.add(caller.audio);
    // Somebody else's events come while hers would have.
    const other = consentOf('bea');
    attachment.add(caller.video, other.grant);
    expect(await next(attachment, 'affect.state')).toMatchObject({ participant: 'bea', seq: expect.any(Number) });
    expect(events).toBeGreaterThan(0);
    expect(consent.record).toMatchObject({
      participant: 'anna',
      room: 'standup',
      receiptVersion: 'v3',
      how: 'dialog',
      withdrawnAt: expect.stringMatching(/^\d{4}-/),
    });
  });

  it('takes producers as they are made, and only those of people with a grant', async () => {
    const consent = consentOf('cleo');
    const asked: unknown[] = [];
    const attachment = await attached(router, {
      deployment,
      grant: (producer) => {
        asked.push(producer.appData['user']);
        return producer.appData['user'] === 'cleo' ? consent.grant : undefined;
      },
    });
    callers.push(await RtpCaller.publish(router, clip, { user: 'cleo' }));
    callers.push(await RtpCaller.publish(router, clip, { user: 'dora' }));
    expect(await next(attachment, 'affect.state')).toMatchObject({ participant: 'cleo' });
    expect(asked).toEqual(['cleo', 'cleo', 'dora', 'dora']);
    expect(attachment.stats()).toMatchObject({ participants: 1, producers: 2 });
  });

  it('forgets who has no producer left, and knows them anew when they come back', async () => {
    const consent = consentOf('eva');
    const leaving = await RtpCaller.publish(router, clip);
    callers.push(leaving);
    const attachment = await attached(router, {
      producers: [leaving.audio, leaving.video],
      deployment,
      grant: consent.grant,
    });
    await next(attachment, 'affect.state');
    leaving.video.close();
    await vi.waitUntil(() => attachment.stats().producers === 1, 20_000);
    expect(attachment.stats().participants).toBe(1);
    leaving.audio.close();
    await vi.waitUntil(() => attachment.stats().participants === 0, 20_000);
    attachment.add(caller.video);
    expect(await next(attachment, 'affect.state')).toMatchObject({ participant: 'eva' });
    await consent.withdraw();
    expect(attachment.stats()).toMatchObject({ participants: 0, producers: 0 });
  });

  it('says that its process died, starts it again, and goes on', async () => {
    const troubles: AttachError[] = [];
    const attachment = await attached(router, {
      producers: caller.video,
      deployment,
      grant: consentOf('anna').grant,
      onTrouble: (trouble) => troubles.push(trouble),
    });
    await next(attachment, 'affect.state');
    const { restarts } = attachment.stats();
    process.kill(attachment.analysisPid!, 'SIGKILL');
    // What was under way when it died may still come.
    for (let seen = 0; seen < 2;) {
      await next(attachment, 'affect.state');
      if (attachment.stats().restarts > restarts) seen++;
    }
    expect(troubles.map(({ code }) => code)).toContain('analysis-lost');
    expect(caller.video.closed).toBe(false);
  });

  it('ends with the router, which is no trouble', async () => {
    const own = await worker.createRouter({ mediaCodecs: MEDIA_CODECS });
    const here = await RtpCaller.publish(own, clip);
    callers.push(here);
    const troubles: AttachError[] = [];
    const attachment = await attached(own, {
      producers: [here.audio, here.video],
      deployment,
      grant: consentOf('anna').grant,
      onTrouble: (trouble) => troubles.push(trouble),
    });
    await next(attachment, 'affect.state');
    const ended = next(attachment, 'affect.description');
    const before = troubles.length;
    own.close();
    await expect(ended).rejects.toThrow('the events ended');
    await attachment.close();
    // Of what came before: a machine that is too slow for it leaves hops out, and says so.
    expect(troubles.slice(before)).toEqual([]);
  });

  it('tells a producer that the router does not have, and forks nothing', async () => {
    const own = await worker.createRouter({ mediaCodecs: MEDIA_CODECS });
    const trouble = await new Promise<AttachError>((resolve, reject) => {
      attached(own, {
        producers: caller.video,
        deployment,
        grant: consentOf('anna').grant,
        onTrouble: resolve,
      }).catch(reject);
    });
    expect(trouble.code).toBe('tap-failed');
  });

  it('rejects when its process cannot start, and leaves nothing running', async () => {
    const starting = attach(router, {
      producers: caller.video,
      deployment,
      grant: consentOf('anna').grant,
      analysis: { packDir: '/nowhere' },
    });
    await expect(starting).rejects.toMatchObject({ code: 'analysis-start' });
  });

  it('does not start where the law forbids it', async () => {
    const starting = attach(router, { deployment: { context: 'workplace' }, grant: consentOf('anna').grant });
    await expect(starting).rejects.toMatchObject({ code: 'context-prohibited' });
  });
});
