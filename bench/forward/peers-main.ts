/** The program that holds peers: one process, one core, one clock, no encoding once it has begun. */
import { setImmediate as othersTurn } from 'node:timers/promises';
import { Histogram } from '../histogram.ts';
import { loadClip } from '../latency/load-clip.ts';
import { recordClip, type Recording } from '../load/recording.ts';
import type { PeersCalls, PeersReading } from './peers-calls.ts';
import { PublishingPeer, rateOf } from './publishing-peer.ts';
import { answer } from './remote.ts';
import { WatchingPeer } from './watching-peer.ts';

/** Packets that are due at the same time leave at the same time, and only those. */
const STEP_MS = 1;
/** How far apart in the recording two publishers begin, so that key frames do not come at once. */
const APART_MS = 1160;

const publishers = new Map<number, PublishingPeer>();
const viewers = new Map<string, WatchingPeer>();
let recording: Recording | undefined;
let latency = Histogram.create();
let skippedMs = 0;
let sending: NodeJS.Timeout | undefined;

function publisher(number: number): PublishingPeer {
  const known = publishers.get(number);
  if (!known) throw new Error(`there is no publisher ${number}`);
  return known;
}

function send(): void {
  const nowMs = performance.now();
  for (const peer of publishers.values()) peer.send(nowMs);
}

function read(): PeersReading {
  const reading = { latency: latency.summary(), received: 0, lost: 0, streams: 0 };
  latency = Histogram.create();
  for (const { streams } of viewers.values()) {
    for (const stream of streams.values()) {
      reading.received += stream.received;
      reading.lost += stream.lost;
      if (stream.received > 0) reading.streams++;
      stream.restart();
    }
  }
  const skipped = [...publishers.values()].reduce((sum, peer) => sum + peer.skippedMs, 0);
  const sinceMs = skipped - skippedMs;
  skippedMs = skipped;
  const { user, system } = process.cpuUsage();
  return { ...reading, skippedMs: Math.max(0, sinceMs), cpuMs: (user + system) / 1000 };
}

answer<PeersCalls>({
  async record(choice) {
    recording = recordClip(await loadClip(choice));
    return { title: recording.title, ...rateOf(recording) };
  },
  async offer({ publisher: number }) {
    if (!recording) throw new Error('record comes first');
    const peer = new PublishingPeer(recording, (number * APART_MS) % recording.lengthMs);
    publishers.set(number, peer);
    sending ??= setInterval(send, STEP_MS);
    return { sdp: await peer.offer() };
  },
  async accept({ publisher: number, sdp }) {
    await publisher(number).accept(sdp);
    return null;
  },
  async play({ from, to, aheadMs }) {
    for (const peer of publishers.values()) peer.hold(performance.now());
    const played = [...publishers].filter(([number]) => number >= from && number < to).map(([, peer]) => peer);
    if (aheadMs > 0) {
      for (const peer of played) {
        peer.encryptAhead(aheadMs);
        // The SFU asks meanwhile whether its peers are still there.
        await othersTurn();
      }
    }
    const nowMs = performance.now();
    for (const peer of played) peer.play(nowMs);
    return null;
  },
  async watch({ viewer, sdp }) {
    const peer = viewers.get(viewer) ?? new WatchingPeer((ms) => latency.record(ms));
    viewers.set(viewer, peer);
    return { sdp: await peer.answer(sdp) };
  },
  lookOnly() {
    for (const viewer of viewers.values()) viewer.lookOnly();
    return null;
  },
  read,
});
