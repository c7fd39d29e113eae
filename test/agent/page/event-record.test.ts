import { describe, expect, it } from 'vitest';
import { EventRecord } from '../../../agent/page/event-record.ts';
import { described, person, ready, signal, state } from '../overlay/events.ts';

describe('the record of events', () => {
  it('is one line of JSON for each event, in order', () => {
    const record = new EventRecord();
    record.push(described());
    record.push(state(10_500, 0.1, 0.2));
    const lines = record.toJsonLines().trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([described(), state(10_500, 0.1, 0.2)]);
  });

  it('holds no key to the session, and no descriptions of connections', () => {
    const record = new EventRecord();
    record.push(ready());
    record.push({ type: 'offer', number: 1, sdp: 'v=0', tracks: [] });
    expect(record.toJsonLines()).toBe('');
  });

  it('forgets who withdraws, and nobody else', () => {
    const record = new EventRecord();
    record.push({ type: 'participant.joined', participant: person() });
    record.push(described());
    record.push(signal('voice', 'muted'));
    record.push(described({ participant: 'p-ben' }));
    record.push({ type: 'consent.changed', participant: 'p-ada', granted: false, receiptVersion: '1', roomMs: 1 });
    const types = record
      .toJsonLines()
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { type: string }).type);
    expect(types).toEqual(['participant.joined', 'affect.description', 'consent.changed']);
  });

  it('is bounded, and counts what fell', () => {
    const record = new EventRecord();
    for (let i = 0; i < 10_005; i++) record.push(state(i, 0, 0));
    expect([record.length, record.dropped]).toEqual([10_000, 5]);
  });
});
