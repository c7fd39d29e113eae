import { describe, expect, it } from 'vitest';
import { serverMessageSchema, type ServerMessage } from '../../../agent/protocol/server-messages.ts';
import { Outbox, type Wire } from '../../../agent/socket/outbox.ts';
import { description } from '../fakes.ts';

/** A wire that takes bytes only as far as the test lets it. */
class SlowWire implements Wire {
  bufferedAmount = 0;
  readonly sent: ServerMessage[] = [];
  readonly #done: Array<() => void> = [];

  send(text: string, done: (error?: Error) => void): void {
    this.sent.push(serverMessageSchema.parse(JSON.parse(text)));
    this.bufferedAmount += text.length;
    this.#done.push(() => {
      this.bufferedAmount -= text.length;
      done();
    });
  }
  drain(): void {
    for (let done = this.#done.shift(); done; done = this.#done.shift()) done();
  }
  block(): void {
    this.bufferedAmount = 1e6;
  }
  unblock(): void {
    this.bufferedAmount = 0;
    this.drain();
  }
}

const describing = (participant: string, seq: number): ServerMessage => ({
  ...description(participant),
  seq,
  room: 'lobby',
});
const left = (participant: string): ServerMessage => ({ type: 'participant.left', participant });

function outbox(onOverflow = () => {}): { wire: SlowWire; box: Outbox } {
  const wire = new SlowWire();
  return { wire, box: new Outbox(wire, onOverflow) };
}

describe('Outbox', () => {
  it('passes everything on at once while the wire keeps up', () => {
    const { wire, box } = outbox();
    for (let seq = 0; seq < 5; seq++) box.post(describing('p-1', seq));
    expect(wire.sent.map((message) => 'seq' in message && message.seq)).toEqual([0, 1, 2, 3, 4]);
    expect(box.superseded).toBe(0);
  });

  it('keeps only the newest description of each participant for a slow subscriber, and counts the others', () => {
    const { wire, box } = outbox();
    box.post(left('start'));
    wire.block();
    for (let seq = 0; seq < 1000; seq++) box.post(describing(seq % 2 ? 'p-1' : 'p-2', seq));
    expect(box.waiting).toBe(2);
    expect(box.superseded).toBe(998);
    wire.unblock();
    expect(wire.sent.slice(1).map((message) => 'seq' in message && message.seq)).toEqual([998, 999]);
  });

  it('never drops or reorders what must arrive, and sends it before descriptions', () => {
    const { wire, box } = outbox();
    box.post(left('start'));
    wire.block();
    box.post(describing('p-1', 1));
    box.post(left('a'));
    box.post(left('b'));
    wire.unblock();
    expect(wire.sent.map((message) => ('participant' in message ? message.participant : ''))).toEqual([
      'start',
      'a',
      'b',
      'p-1',
    ]);
  });

  it('gives a subscriber up whose control messages pile up', () => {
    let overflowed = 0;
    const { wire, box } = outbox(() => overflowed++);
    box.post(left('start'));
    wire.block();
    for (let count = 0; count < 1000; count++) box.post(left(`p-${count}`));
    expect(overflowed).toBe(1);
    expect(box.waiting).toBe(0);
  });

  it('forgets what waits about somebody who withdrew consent', () => {
    const { wire, box } = outbox();
    box.post(left('start'));
    wire.block();
    box.post(describing('p-1', 1));
    box.post(describing('p-2', 2));
    box.forget('p-1');
    wire.unblock();
    expect(wire.sent.slice(1)).toHaveLength(1);
  });

  it('sends nothing after it is closed', () => {
    const { wire, box } = outbox();
    box.close();
    box.post(left('a'));
    expect(wire.sent).toEqual([]);
  });
});
