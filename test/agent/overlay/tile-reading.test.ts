import { describe, expect, it } from 'vitest';
import type { ClientEvent } from '../../../agent/client/index.ts';
import { STALE_MS, TileReading } from '../../../agent/overlay/tile-reading.ts';
import { delta, described, person, ready, shifted, signal, state } from './events.ts';

/** A reading of Ada after these events, all at the page's time 0, which is 10,000 in the room. */
function after(...events: ClientEvent[]): TileReading {
  const reading = new TileReading('p-ada');
  for (const event of events) reading.push(event, 0);
  return reading;
}

const consent = (granted: boolean): ClientEvent => ({
  type: 'consent.changed',
  participant: 'p-ada',
  granted,
  receiptVersion: '1',
  roomMs: 10_000,
});

describe('what is known of one person', () => {
  it('is that analysis waits, then the newest description', () => {
    expect(after(ready()).status).toBe('waiting');
    const reading = after(ready(), described());
    expect([reading.status, reading.name, reading.description?.text]).toEqual(['reading', 'Ada', described().text]);
  });

  it('leaves others aside', () => {
    expect(after(ready(), described({ participant: 'p-ben' })).description).toBeUndefined();
    expect(after(ready(), { type: 'participant.left', participant: 'p-ben' }).status).toBe('waiting');
  });

  it('is of the session’s own person when nobody is named, and without a session of who comes first', () => {
    const own = new TileReading();
    own.push(ready(), 0);
    own.push(described(), 0);
    expect([own.name, own.description]).toEqual(['Me', undefined]);
    const fed = new TileReading();
    fed.push(described(), 0);
    fed.push(described({ participant: 'p-ben', text: 'Ben' }), 0);
    expect(fed.description?.participant).toBe('p-ada');
  });

  it('finds a person by the name that the platform has for them', () => {
    const reading = new TileReading('user-7');
    reading.push(ready({ participants: [person({ externalId: 'user-7' })] }), 0);
    reading.push(described(), 0);
    expect([reading.name, reading.status]).toEqual(['Ada', 'reading']);
  });

  it('keeps a later version from being undone by an earlier one, and takes back what is retracted', () => {
    const later = described({ version: 2, text: 'Later.' });
    expect(after(later, described()).description?.text).toBe('Later.');
    expect(after(later, described({ id: 'old', endMs: 9000 })).description?.text).toBe('Later.');
    expect(after(later, described({ version: 3, retracted: true })).status).toBe('waiting');
  });

  it('shows words as they come until the description is whole', () => {
    expect(after(described(), delta('The person')).partial).toBe('The person');
    const whole = described({ id: 'p-ada@10000', endMs: 10_500, text: 'The person looks calm.' });
    const reading = after(described(), delta('The person'), whole);
    expect([reading.partial, reading.description?.text]).toEqual([undefined, 'The person looks calm.']);
    expect(after(whole, delta('Too late', { endMs: 10_400 })).partial).toBeUndefined();
  });

  it('is forgotten at once when consent is withdrawn, and the withdrawal stays in sight', () => {
    const reading = after(ready(), described(), state(10_000, 0.5, 0.5), signal('voice', 'muted'), consent(false));
    expect(reading.status).toBe('withdrawn');
    expect([reading.description, reading.signals.size, reading.trend.length]).toEqual([undefined, 0, 0]);
    expect(after(ready({ participants: [person({ analysis: false })] })).status).toBe('off');
    expect(after(ready(), described(), consent(false), consent(true)).status).toBe('waiting');
  });

  it('is forgotten when the switch for everybody is turned off, and when the person leaves', () => {
    const off: ClientEvent = { type: 'analysis.changed', scope: 'room', enabled: false, roomMs: 1 };
    expect(after(ready(), described(), off).status).toBe('withdrawn');
    const left = after(ready(), described(), { type: 'participant.left', participant: 'p-ada' });
    expect([left.status, left.description]).toEqual(['left', undefined]);
  });

  it('says when results are private, but not to the person', () => {
    expect(after(ready({ results: 'self' })).status).toBe('private');
    const own = new TileReading('p-me');
    own.push(ready({ results: 'self' }), 0);
    expect(own.status).toBe('waiting');
  });

  it('is forgotten in a new session, and kept in one that was resumed', () => {
    expect(after(ready(), described(), ready()).status).toBe('waiting');
    const resumed = ready({ resumed: { complete: true, replayed: 0 } });
    expect(after(ready(), described(), resumed).status).toBe('reading');
    const another = { ...resumed, participant: person({ id: 'p-again', name: 'Me' }) };
    expect(after(ready(), described(), another).status).toBe('waiting');
  });

  it('grows old by the room’s clock, or without one by that of the newest event', () => {
    const reading = after(ready(), described({ endMs: 9000 }));
    expect(reading.ageMs(0)).toBe(1000);
    expect(reading.ageMs(STALE_MS)).toBe(STALE_MS + 1000);
    const fed = after(described({ endMs: 9000 }), state(9500, 0, 0));
    expect(fed.ageMs(2000)).toBe(2500);
  });

  it('tells of trouble with the signal until it is over, and of a change while it is news', () => {
    expect([...after(signal('face', 'lost')).signals]).toEqual([['face', 'lost']]);
    expect(after(signal('face', 'lost'), signal('face', 'ok')).signals.size).toBe(0);
    const reading = after(ready(), shifted());
    expect([reading.shift(0)?.id, reading.shift(60_000)]).toEqual(['p-ada@8000', undefined]);
  });

  it('knows that the connection is away', () => {
    const reading = after(ready(), described());
    expect(reading.lost).toBe(false);
    reading.push({ type: 'connection.lost', error: new Error('gone') as never, retryMs: 1, attempt: 0 }, 0);
    expect([reading.lost, reading.status]).toEqual([true, 'reading']);
  });
});
