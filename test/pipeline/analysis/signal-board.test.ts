import { expect, test } from 'vitest';
import { SignalBoard, type SignalChange } from '../../../pipeline/analysis/signal-board.ts';

const SECOND = 1_000_000;

function board(): { board: SignalBoard; told: string[] } {
  const told: string[] = [];
  const tell = ({ modality, state, sinceUs, atUs }: SignalChange): void =>
    void told.push(`${modality} ${state} ${sinceUs / SECOND}-${atUs / SECOND}`);
  return { board: new SignalBoard(tell), told };
}

test('tells a state once, when it changes', () => {
  const { board: signals, told } = board();
  signals.sense('face', 'ok', 0);
  signals.sense('face', 'ok', SECOND);
  signals.transport('face', 'muted', 2 * SECOND);
  signals.transport('face', 'muted', 3 * SECOND);
  expect(told).toEqual(['face ok 0-0', 'face muted 2-2']);
});

test('a face turned away for a moment is no news, a longer absence is, from its beginning', () => {
  const { board: signals, told } = board();
  signals.sense('face', 'ok', 0);
  signals.sense('face', 'lost', SECOND);
  signals.sense('face', 'ok', 1.3 * SECOND);
  signals.sense('face', 'lost', 2 * SECOND);
  signals.sense('face', 'lost', 2.9 * SECOND);
  expect(told).toEqual(['face ok 0-0', 'face lost 2-2.9']);
});

test('what the transport says outranks the sense, which sees nothing when nothing comes', () => {
  const { board: signals, told } = board();
  signals.transport('voice', 'lost', 0);
  signals.sense('voice', 'poor', SECOND);
  signals.sense('voice', 'poor', 1.9 * SECOND);
  signals.transport('voice', 'ok', 2 * SECOND);
  expect(told).toEqual(['voice lost 0-0', 'voice poor 1-2']);
});

test('modalities do not touch each other', () => {
  const { board: signals, told } = board();
  signals.transport('voice', 'muted', 0);
  signals.sense('face', 'ok', 0);
  expect(told).toEqual(['voice muted 0-0', 'face ok 0-0']);
});

test('a pause between phrases is not yet silence', () => {
  const { board: signals, told } = board();
  signals.sense('voice', 'ok', 0);
  for (const [state, at] of [
    ['silent', 1],
    ['silent', 2.5],
    ['ok', 3],
    ['ok', 4],
    ['silent', 5],
    ['silent', 9.1],
  ] as const)
    signals.sense('voice', state, at * SECOND);
  expect(told).toEqual(['voice ok 0-0', 'voice silent 5-9.1']);
});
