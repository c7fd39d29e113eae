import { pino } from 'pino';
import { afterEach, expect, it, vi } from 'vitest';
import { ParticipantAnalysis } from '../../../agent/rooms/participant-analysis.ts';
import { ConsentGrant, SfuError } from '../../../sfu/index.ts';
import { FakeAnalysis, FakeSfu, track } from '../fakes.ts';

const ledger = ConsentGrant.createIssuer();
const open: ParticipantAnalysis[] = [];
afterEach(() => Promise.all(open.splice(0).map((one) => one.stop())));

function analyse(onLine: (line: string) => void = () => {}) {
  const [sfu, analysis] = [new FakeSfu(), new FakeAnalysis()];
  const started = new ParticipantAnalysis({
    sfu,
    analysis,
    grant: ledger.issue('lobby', 'mia', '1'),
    epochUs: 0,
    log: pino({ level: 'warn' }, { write: onLine }),
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
  return {
    resting: sfu.resting,
    sinks: sfu.sinks,
    sfu,
    analysis,
    started,
    packets: analysis.seats[0].packets,
    add,
    rest,
  };
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

it('has the SFU do what would help to read a track', async () => {
  const { sfu, analysis, add } = analyse();
  await add('video');
  analysis.seats[0].wish('mia-video', 'key-frame');
  expect(sfu.keyFramesAsked).toEqual(['mia-video']);
  analysis.seats[0].wish('mia-video', 'larger-pictures');
  await new Promise((resolve) => setImmediate(resolve));
  expect(sfu.enlarged).toEqual(['mia-video']);
  expect(sfu.keyFramesAsked).toHaveLength(1);
});

it('taps a track again whose tap was cut off, says so in the log, and gives up when that goes on', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const lines: string[] = [];
    const { add, sinks, packets } = analyse((line) => lines.push(line));
    await add('audio');
    const cutOff = new SfuError('engine-gone', 'The tap was cut off: its consumer was closed.');
    for (let cut = 1; cut <= 6; cut++) {
      const sink = sinks.get('mia-audio')!;
      sinks.delete('mia-audio');
      sink.closed(cutOff);
      await vi.advanceTimersByTimeAsync(1000);
      expect(sinks.has('mia-audio')).toBe(cut < 6);
      sinks.get('mia-audio')?.packet(new Uint8Array(12), 0);
    }
    expect(packets).toHaveLength(5);
    expect(lines).toHaveLength(6);
    expect(lines[0]).toMatch(/cut off.*tapped again/);
    expect(lines[5]).toMatch(/without the analysis of this track/);
  } finally {
    vi.useRealTimers();
  }
});

it('does not tap again what ended without an error, was unpublished meanwhile, or may no longer be analysed', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const { add, sinks, started } = analyse();
    for (const kind of ['audio', 'video'] as const) await add(kind);
    const cut = (id: string, error?: Error): void => {
      const sink = sinks.get(id)!;
      sinks.delete(id);
      sink.closed(error);
    };
    cut('mia-audio');
    cut('mia-video', new Error('cut'));
    started.remove('mia-video');
    await vi.advanceTimersByTimeAsync(5000);
    expect([...sinks.keys()]).toEqual([]);
    await add('video');
    cut('mia-video', new Error('cut'));
    await started.stop();
    await vi.advanceTimersByTimeAsync(5000);
    expect([...sinks.keys()]).toEqual([]);
  } finally {
    vi.useRealTimers();
  }
});
