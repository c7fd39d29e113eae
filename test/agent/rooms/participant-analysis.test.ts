import { pino } from 'pino';
import { afterEach, expect, it } from 'vitest';
import { ParticipantAnalysis } from '../../../agent/rooms/participant-analysis.ts';
import { ConsentGrant } from '../../../sfu/index.ts';
import { FakeAnalysis, FakeSfu, track } from '../fakes.ts';

const ledger = ConsentGrant.createIssuer();
const open: ParticipantAnalysis[] = [];
afterEach(() => Promise.all(open.splice(0).map((one) => one.stop())));

function analyse() {
  const [sfu, analysis] = [new FakeSfu(), new FakeAnalysis()];
  const started = new ParticipantAnalysis({
    sfu,
    analysis,
    grant: ledger.issue('lobby', 'mia', '1'),
    epochUs: 0,
    log: pino({ level: 'silent' }),
    onEvent: () => {},
    onGone: () => {},
  });
  open.push(started);
  const add = async (kind: 'audio' | 'video') => {
    const added = track('mia', kind, 'lobby');
    sfu.emit({ type: 'track-added', track: added });
    started.add(added);
    await new Promise((resolve) => setImmediate(resolve));
  };
  const rest = async (resting: boolean) => {
    analysis.seats[0].join.onRest?.(resting);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { resting: sfu.resting, add, rest };
}

it('tells every tap of a person when they rest and when they wake, and a tap that opens meanwhile', async () => {
  const { resting, add, rest } = analyse();
  await add('audio');
  expect([...resting]).toEqual([]);
  await rest(true);
  await add('video');
  expect([...resting]).toEqual([
    ['mia-audio', true],
    ['mia-video', true],
  ]);
  await rest(false);
  expect([...resting.values()]).toEqual([false, false]);
});
