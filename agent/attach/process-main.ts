/**
 * The process that decodes and infers for a platform that attached Undertone: FFmpeg's licence (GPL) and a crash in
 * native code both end at its border. Forked by {@link AnalysisProcess}; ends with its parent.
 */
import { bundledPackDir } from '../../models/index.ts';
import { type AnalysisPool, type AnalysisSession, openAnalysis, type TrackInput } from '../../pipeline/index.ts';
import { TAKEN_AT_ONCE, unpack } from './send-queue.ts';
import type { AnalysisOptions, FromProcess, MediaBatch, ToProcess } from './wire.ts';

const sessions = new Map<number, AnalysisSession>();
const tracks = new Map<number, TrackInput>();
let pool: AnalysisPool | undefined;
/** Packets that were taken and not confirmed. */
let taken = 0;

function say(message: FromProcess): void {
  // What cannot be sent has nobody to hear it: the parent is gone, and 'disconnect' ends this process.
  process.send?.(message, undefined, undefined, () => {});
}

async function open({ packDir, ...options }: AnalysisOptions): Promise<void> {
  try {
    pool = await openAnalysis({
      packDir: packDir ?? bundledPackDir(),
      ...options,
      log: (level, message) => say({ type: 'log', level, message }),
    });
    say({ type: 'ready', pack: pool.pack, provider: pool.provider, notes: pool.notes });
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    say({ type: 'failed', code: code ?? 'analysis-start', message });
  }
}

function join({ session, participant, epochUs }: Extract<ToProcess, { type: 'join' }>): void {
  const joined = pool?.join(participant, {
    epochUs,
    onEvent: (event) => say({ type: 'event', session, event }),
    onRest: (resting) => say({ type: 'resting', session, resting }),
    // Its thread died. The parent starts a whole new process, which is the one way that is tested.
    onGone: () => process.exit(1),
  });
  if (joined) sessions.set(session, joined);
}

function media(batch: MediaBatch): void {
  unpack(batch, (track, rtp, arrivalUs) => tracks.get(track)?.packet(rtp, arrivalUs));
  taken += batch.sizes.length;
  if (taken < TAKEN_AT_ONCE) return;
  say({ type: 'taken', count: taken });
  taken = 0;
}

async function leave(session: number, request: number): Promise<void> {
  const left = sessions.get(session);
  sessions.delete(session);
  await left?.close();
  say({ type: 'done', request });
}

async function close(): Promise<void> {
  await pool?.close();
  process.exit(0);
}

function receive(message: ToProcess): void {
  switch (message.type) {
    case 'media':
      return media(message);
    case 'report':
      return tracks.get(message.track)?.senderReport(message.report);
    case 'muted':
      return tracks.get(message.track)?.muted(message.muted);
    case 'track': {
      const { session, track, info } = message;
      const input = sessions.get(session)?.track(info, (wish) => say({ type: 'wish', track, wish }));
      if (input) tracks.set(track, input);
      return undefined;
    }
    case 'track-closed':
      tracks.get(message.track)?.closed();
      tracks.delete(message.track);
      return undefined;
    case 'caption':
      return sessions.get(message.session)?.caption(message.caption);
    case 'join':
      return join(message);
    case 'leave':
      return void leave(message.session, message.request);
    case 'ping':
      return say({ type: 'pong' });
    case 'open':
      return void open(message.options);
    case 'close':
      return void close();
  }
}

process.on('message', receive);
process.once('disconnect', () => process.exit(0));
// Ctrl-C reaches the whole process group, and a service manager ends every process of a service; the parent decides when
// analysis ends, and its own end closes the channel.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {});
