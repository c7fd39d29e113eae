import { describe, expect, it } from 'vitest';
import type { Recording } from '../../../bench/load/recording.ts';
import { type DuePacket, type MediaKind, Replay } from '../../../bench/load/replay.ts';

const packets = (everyMs: number) =>
  Array.from({ length: 1000 / everyMs }, (_, index) => ({
    atMs: index * everyMs,
    payload: Uint8Array.of(index),
    marker: true,
  }));
const recording: Recording = { title: 'made', lengthMs: 1000, video: packets(40), audio: packets(20) };

function play(replay: Replay, toMs: number, stepMs = 4, fromMs = 0): DuePacket[] {
  const sent: DuePacket[] = [];
  for (let now = fromMs; now <= toMs; now += stepMs) replay.take(now, (packet) => sent.push(packet));
  return sent;
}
const of = (sent: readonly DuePacket[], kind: MediaKind) => sent.filter((packet) => packet.kind === kind);

describe('replaying a recording', () => {
  it('goes round and round with sequence numbers and timestamps that never jump', () => {
    const sent = of(play(new Replay(recording, ['audio']), 3000), 'audio');
    expect(sent).toHaveLength(151);
    for (const [index, packet] of sent.entries()) {
      expect(packet.sequence).toBe(index);
      expect(packet.timestamp).toBe(index * 960);
      expect(packet.payload[0]).toBe(index % 50);
    }
  });

  it('sends only the kinds that were asked for', () => {
    expect(of(play(new Replay(recording, ['video']), 1000), 'audio')).toEqual([]);
    expect(of(play(new Replay(recording, ['audio', 'video']), 999), 'video')).toHaveLength(25);
  });

  it('catches up with a short delay, and skips what a long one made too late, counting it', () => {
    const short = new Replay(recording, ['audio']);
    expect(play(short, 100, 100)).toHaveLength(6);
    expect(short.skippedMs).toBe(0);
    const long = new Replay(recording, ['audio']);
    play(long, 100);
    const after = play(long, 2100, 4, 2100);
    expect(after.length).toBeLessThanOrEqual(1);
    expect(long.skippedMs).toBeGreaterThan(1900);
    expect(play(long, 2200, 4, 2104)[0]?.sequence).toBeGreaterThan(100);
  });

  it('begins where it is told to', () => {
    const [first] = of(play(new Replay(recording, ['video'], 480), 600, 4, 480), 'video');
    expect(first?.payload[0]).toBe(12);
  });
});
