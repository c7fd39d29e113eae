import { afterEach, describe, expect, it } from 'vitest';
import type { Agent } from '../../../agent/agent.ts';
import { nowUs } from '../../../pipeline/index.ts';
import { shifted, state } from '../client/fakes.ts';
import { description, startTestAgent, TestClient, type FakeAnalysis } from '../fakes.ts';

let agent: Agent;
let analysis: FakeAnalysis;
afterEach(() => agent.close());

type Joined = Awaited<ReturnType<typeof TestClient.join>>;

async function consenting(name: string): Promise<Joined> {
  const joined = await TestClient.join(agent.url, { name });
  joined.client.send({ type: 'consent.set', granted: true, receiptVersion: joined.ready.receipt.version });
  await joined.client.next('consent.changed', ({ participant }) => participant === joined.id);
  return joined;
}

const query = (participant: string, id = 1) => ({ type: 'query', id, participant, task: 'sentiment' }) as const;
const caption = (text: string) => ({ type: 'caption', startMs: 0, endMs: 900, text }) as const;

describe('a question', () => {
  it('about somebody who is analysed is answered, over the window unless said', async () => {
    ({ agent, analysis } = await startTestAgent());
    const mia = await consenting('Mia');
    const bot = await TestClient.join(agent.url);
    bot.client.send(query(mia.id, 9));
    expect(await bot.client.next('answer')).toEqual({
      type: 'answer',
      id: 9,
      participant: mia.id,
      task: 'sentiment',
      over: 'window',
      status: 'ok',
      text: 'Positive.',
      startMs: 0,
      endMs: 500,
    });
    expect(analysis.seats[0].asked).toEqual([{ task: 'sentiment', over: 'window' }]);
  });

  it('always gets one answer that says why there is nothing to tell', async () => {
    ({ agent, analysis } = await startTestAgent({ deployment: { context: 'research' } }));
    const mia = await consenting('Mia');
    const bot = await TestClient.join(agent.url);
    for (const [participant, status] of [
      [mia.id, 'refused'],
      ['nobody', 'unavailable'],
      [bot.id, 'unavailable'],
    ] as const) {
      bot.client.send(query(participant));
      expect(await bot.client.next('answer')).toMatchObject({ participant, status });
    }
    expect(analysis.seats[0].asked).toEqual([]);
    mia.client.send(query(mia.id));
    expect(await mia.client.next('answer')).toMatchObject({ status: 'ok' });
  });
});

describe('words', () => {
  it('are heard by the others who consent, until the speaker withdraws', async () => {
    ({ agent, analysis } = await startTestAgent());
    const [mia, sam] = [await consenting('Mia'), await consenting('Sam')];
    const silent = await TestClient.join(agent.url, { name: 'no consent' });
    mia.client.send(caption('We won!'));
    silent.client.send(caption('I never agreed to this.'));
    await Promise.all([mia.client.settled(), silent.client.settled()]);
    const [ofMia, ofSam] = analysis.seats;
    expect([ofMia.captions, ofMia.heard]).toEqual([['We won!'], []]);
    expect([ofSam.captions, ofSam.heard]).toEqual([[], [[mia.id, 'We won!']]]);
    mia.client.send({ type: 'consent.set', granted: false });
    await sam.client.next('consent.cleared');
    expect(ofSam.heard).toEqual([]);
  });

  it('that caused a shift are told only to those who may also see the speaker', async () => {
    ({ agent, analysis } = await startTestAgent({ deployment: { context: 'research' } }));
    const [mia, sam] = [await consenting('Mia'), await consenting('Sam')];
    const utterance = { own: false, startMs: 0, endMs: 900, text: 'We won!' };
    const tell = (speaker: string): void => {
      const cause = { utterance: { ...utterance, participant: speaker }, score: 0.9 };
      analysis.seats[0].join.onEvent(shifted(2000, 0.5, { participant: mia.id, cause }), nowUs());
    };
    tell(sam.id);
    const { cause } = await mia.client.next('affect.shift');
    expect(cause.utterance).toEqual({ participant: sam.id, own: false, startMs: 0, endMs: 900 });
    tell(mia.id);
    expect((await mia.client.next('affect.shift')).cause.utterance?.text).toBe('We won!');
    await sam.client.settled();
    expect(sam.client.received.filter(({ type }) => type.startsWith('affect.'))).toEqual([]);
  });
});

describe('a subscription', () => {
  it('chooses what is sent from then on, and whose', async () => {
    ({ agent, analysis } = await startTestAgent());
    const [mia, sam] = [await consenting('Mia'), await consenting('Sam')];
    const { client } = await TestClient.join(agent.url, { states: true });
    const tell = (): void => {
      for (const [i, { id }] of [mia, sam].entries()) {
        const { onEvent } = analysis.seats[i].join;
        onEvent(state(500, 0, 0, { participant: id }), nowUs());
        onEvent(description(id), nowUs());
      }
    };
    client.send({ type: 'subscribe', states: false, participants: [sam.id] });
    await client.settled();
    tell();
    expect(await client.next('affect.description')).toMatchObject({ participant: sam.id });
    client.send({ type: 'subscribe', states: true, participants: null });
    await client.settled();
    tell();
    await client.next('affect.state', ({ participant }) => participant === mia.id);
    await client.settled();
    const told = client.received.filter(({ type }) => type.startsWith('affect.')).map(({ type }) => type);
    expect(told.sort()).toEqual(['affect.description', 'affect.description', 'affect.state']);
  });
});
