/** The program of the load: many callers in one process that encodes once and then only replays. Told what to do over the process's channel. */
import type { Clip } from '../latency/clip.ts';
import { cueClip, inTurns, type CueClip } from '../latency/cue-clip.ts';
import { loadClip, restingClip } from '../latency/load-clip.ts';
import { monotonicMs } from '../latency/monotonic.ts';
import { loadOrderSchema, type LoadOrder, type LoadReply } from './load-messages.ts';
import { recordClip, type Recording } from './recording.ts';
import { ReplayCaller } from './replay-caller.ts';
import { seededRandom } from './seeded-random.ts';

/** Packets are due every few ms; a finer timer would cost more than it gives. */
const STEP_MS = 4;
/** How far apart in the recording two callers begin: a whole number of pictures that divides no usual length. */
const APART_MS = 1160;

const callers = new Map<number, ReplayCaller>();
/** What those did who have left. */
const gone = { sent: 0, lost: 0, skippedMs: 0 };
const random = seededRandom(1);
let recording: Recording | undefined;

function reply(message: LoadReply): void {
  process.send?.(message);
}

async function obey(order: LoadOrder): Promise<object> {
  if (order.do === 'record') {
    const clip = await clipOf(order);
    recording = recordClip(clip, { layered: order.layered, dtx: order.resting });
    const onsets = 'onsetsMs' in clip ? { onsetsMs: clip.onsetsMs } : {};
    return { title: recording.title, lengthMs: recording.lengthMs, kbps: kbpsOf(recording), ...onsets };
  }
  if (order.do === 'join') return join(order);
  if (order.do === 'tell') return told();
  const caller = callers.get(order.caller);
  if (order.do === 'leave') {
    callers.delete(order.caller);
    if (caller !== undefined) add(gone, caller);
    await caller?.close();
  } else if (order.do === 'lose') caller?.lose(order.share);
  else caller?.pause(order.kind, order.paused);
  return {};
}

async function clipOf(order: Extract<LoadOrder, { do: 'record' }>): Promise<Clip | CueClip> {
  if (order.cues === true) return cueClip();
  const clip = await loadClip(order);
  if (order.resting === true) return restingClip(clip);
  return order.scenes === undefined ? clip : inTurns(clip, order.scenes);
}

function kbpsOf({ video, audio, lengthMs }: Recording): number {
  const bytes = [...video, ...audio].reduce((sum, { payload }) => sum + payload.length, 0);
  return Math.round((bytes * 8) / lengthMs);
}

async function join({ caller, whipUrl, token, kinds }: Extract<LoadOrder, { do: 'join' }>): Promise<object> {
  if (recording === undefined) throw new Error('record before join');
  const fromMs = (caller * APART_MS) % recording.lengthMs;
  const connected = await ReplayCaller.connect({ whipUrl, token, kinds, recording, fromMs, random });
  callers.set(caller, connected);
  return { mediaZeroMs: monotonicMs() - (performance.now() - connected.startMs) };
}

function told(): object {
  const total = { ...gone };
  for (const caller of callers.values()) add(total, caller);
  return total;
}

function add(total: typeof gone, { packets, skippedMs }: ReplayCaller): void {
  total.sent += packets.sent;
  total.lost += packets.lost;
  total.skippedMs += skippedMs;
}

setInterval(() => {
  const nowMs = performance.now();
  for (const caller of callers.values()) caller.send(nowMs);
}, STEP_MS);

process.on('message', (message) => {
  const order = loadOrderSchema.parse(message);
  obey(order).then(
    (result) => reply({ request: order.request, ...result }),
    (error: unknown) =>
      reply({ request: order.request, failed: error instanceof Error ? error.message : String(error) }),
  );
});
const end = (): void => {
  void Promise.all([...callers.values()].map((caller) => caller.close())).finally(() => process.exit(0));
};
process.once('SIGTERM', end);
// The benchmark is gone: nobody is left to call for.
process.once('disconnect', () => process.exit(0));
