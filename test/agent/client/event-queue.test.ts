import { describe, expect, it } from 'vitest';
import { EventQueue } from '../../../agent/client/event-queue.ts';
import type { ClientEvent } from '../../../agent/client/index.ts';
import { described, state } from './fakes.ts';

const left = (participant: string): ClientEvent => ({ type: 'participant.left', participant });

async function drain(queue: EventQueue): Promise<string[]> {
  queue.end();
  const seen: string[] = [];
  for await (const event of queue) seen.push(`${event.type} ${(event as { participant?: string }).participant}`);
  return seen;
}

describe('EventQueue', () => {
  it('gives events in order, to a reader who waits as to one who comes late', async () => {
    const queue = new EventQueue(8);
    const waiting = queue.next();
    queue.push(left('a'));
    queue.push(left('b'));
    expect(await waiting).toEqual({ done: false, value: left('a') });
    expect(await drain(queue)).toEqual(['participant.left b']);
    expect(queue.dropped).toBe(0);
  });

  it('drops old numbers before anything else when its reader is slow, and counts what it dropped', async () => {
    const queue = new EventQueue(3);
    queue.push(left('a'));
    queue.push(state(500, 0));
    queue.push(described(500));
    queue.push(left('b'));
    queue.push(left('c'));
    expect(queue.dropped).toBe(2);
    expect(await drain(queue)).toEqual(['affect.description p-1', 'participant.left b', 'participant.left c']);
  });

  it('never grows past its bound', () => {
    const queue = new EventQueue(16);
    for (let index = 0; index < 10_000; index++) queue.push(index % 3 ? state(index, 0) : left(`p-${index}`));
    expect(queue.waiting).toBe(16);
    expect(queue.dropped).toBe(10_000 - 16);
  });

  it('forgets what it holds about somebody, but not that they left', async () => {
    const queue = new EventQueue(8);
    queue.push(described(500));
    queue.push(described(500, { participant: 'p-2' }));
    queue.push(state(500, 0));
    queue.push(left('p-1'));
    queue.forget('p-1');
    expect(await drain(queue)).toEqual(['affect.description p-2', 'participant.left p-1']);
  });

  it('ends for those who wait; an error is thrown once', async () => {
    const queue = new EventQueue(8);
    const waiting = queue.next();
    queue.end(new Error('gave up'));
    await expect(waiting).rejects.toThrow('gave up');
    expect(await queue.next()).toEqual({ done: true, value: undefined });
  });

  it('tells its owner when a loop was left', async () => {
    const ended: EventQueue[] = [];
    const queue = new EventQueue(8, (one) => ended.push(one));
    queue.push(left('a'));
    for await (const event of queue) if (event.type === 'participant.left') break;
    expect(ended).toEqual([queue]);
  });
});
