/** The real ingest, senses' pacing, window, gathering and grid of one participant, on a clock that only moves when it is told to. */
import { vi } from 'vitest';
import { LatencyRecorder } from '../../../bench/latency/latency-recorder.ts';
import { drawnStill, swayingPictures } from '../../../bench/latency/made-clip.ts';
import { encodeVp8 } from '../../../bench/load/encoder.ts';
import { vp8Payloads } from '../../../bench/load/vp8-payloads.ts';
import type { HopItem, HopResult, SpeakItem, SpeakUpdate } from '../../../models/index.ts';
import { ParticipantMemory } from '../../../models/runtime/memory.ts';
import { describable } from '../../../pipeline/analysis/describable.ts';
import { HopGatherer } from '../../../pipeline/analysis/hop-gatherer.ts';
import { Participant } from '../../../pipeline/analysis/participant.ts';
import type { DescribableHop } from '../../../pipeline/describe/hop-input.ts';
import { type DescribingModel, HopGrid } from '../../../pipeline/describe/hop-grid.ts';
import { LATENCY_STAGES, type UnstampedEvent } from '../../../pipeline/index.ts';
import { VideoIngest } from '../../../pipeline/ingest/video-ingest.ts';
import { blindNets, DEAF } from '../../pipeline/analysis/blind-nets.ts';
import { PACK, heads } from '../../pipeline/describe/scene.ts';
import { rtp } from '../../pipeline/ingest/rtp-writer.ts';

export type Stage = (typeof LATENCY_STAGES)[number];

/** Two pictures a hop, the second a millisecond before its end: what delays it delays the hop. */
const PICTURE_MS = 250;
const BEFORE_END_MS = 1;
const TICK_MS = 20;
const HOPS = 40;
const START_MS = 1_000_000;

const pictures = swayingPictures(drawnStill())
  .slice(0, 16)
  .map(({ picture }) => picture);

/** What a run is disturbed by: `delayMs` in a stage, or one hop of the model that takes `stallMs`. */
export interface Plant {
  readonly stage?: Stage;
  readonly delayMs?: number;
  readonly stallMs?: number;
}

/** Runs 20 s of a call in a moment and returns what the benchmark's recorder made of it. */
export async function runCall({ stage, delayMs = 0, stallMs = 0 }: Plant = {}) {
  let clockMs = START_MS;
  const spies = [
    vi.spyOn(performance, 'now').mockImplementation(() => clockMs),
    vi.spyOn(process.hrtime, 'bigint').mockImplementation(() => BigInt(Math.round(clockMs * 1e6))),
  ];
  const spend = (in_: Stage): void => {
    if (in_ === stage) clockMs += delayMs;
  };
  const push = VideoIngest.prototype.push;
  spies.push(
    vi.spyOn(VideoIngest.prototype, 'push').mockImplementation(function (this: VideoIngest, ...given) {
      if (isLast(given[0])) spend('decode');
      push.apply(this, given);
    }) as never,
  );
  const recorder = new LatencyRecorder(() => ({ fromMs: START_MS + 2000, toMs: Infinity }), LATENCY_STAGES);
  const call = new VirtualCall(
    recorder,
    () => clockMs,
    spend,
    () => (clockMs += stallMs),
  );
  try {
    await call.run(
      (ms) => (clockMs = Math.max(clockMs, ms)),
      stage === 'tap' ? delayMs : 0,
      stage === 'window' ? delayMs : 0,
    );
    return recorder.figures(clockMs);
  } finally {
    await call.close();
    for (const spy of spies) spy.mockRestore();
  }
}

class VirtualCall {
  readonly #participant: Participant;
  readonly #gatherer: HopGatherer<DescribableHop>;
  readonly #grid: HopGrid<number>;
  readonly #recorder: LatencyRecorder;
  readonly #now: () => number;
  readonly #spend: (stage: Stage) => void;
  #seq = 0;
  #sequence = 0;

  constructor(recorder: LatencyRecorder, now: () => number, spend: (stage: Stage) => void, stall: () => void) {
    this.#recorder = recorder;
    this.#now = now;
    this.#spend = spend;
    this.#grid = new HopGrid<number>({
      model: timedModel(spend, stall),
      onEvent: (event, _key, hop) => this.#tell(event, hop),
    });
    this.#grid.join(1, { participantId: 'p' });
    this.#gatherer = new HopGatherer<DescribableHop>({
      gatherMs: 25,
      expected: () => 1,
      run: (batch) => this.#grid.process(batch.map(({ session, hop }) => ({ key: session, hop }))),
      onShed: () => {},
    });
    this.#participant = new Participant(
      blindNets(() => spend('sense')),
      {
        ...DEAF,
        onHop: (hop, earlier, rest) => this.#gatherer.push(1, describable(hop, { earlier, rest })),
      },
      0,
    );
    this.#participant.openTrack(1, { id: 'v', kind: 'video', mimeType: 'video/VP8', clockRateHz: 90_000 });
  }

  /** `tapMs`: how much later than their arrival packets come out of the tap; `tickMs`: for how long after a hop's end the ticker stands still. */
  async run(wait: (untilMs: number) => void, tapMs: number, tickMs: number): Promise<void> {
    const units = encodeVp8(pictures, PICTURE_MS);
    const turns: Array<{ atMs: number; act: () => void }> = [];
    for (let index = 0; index < HOPS * 2; index++) {
      const arrivalMs = START_MS + (index + 1) * PICTURE_MS - BEFORE_END_MS;
      turns.push({ atMs: arrivalMs + tapMs, act: () => this.#picture(units[index % units.length], index, arrivalMs) });
    }
    for (let atMs = START_MS; atMs < START_MS + HOPS * 500 + 500; atMs += TICK_MS)
      turns.push({ atMs: lateTick(atMs, tickMs), act: () => this.#participant.tick(this.#now() * 1000) });
    for (const { atMs, act } of turns.toSorted((a, b) => a.atMs - b.atMs)) {
      wait(atMs);
      act();
      await settle();
    }
  }

  async close(): Promise<void> {
    this.#participant.close();
    await this.#gatherer.close();
    await this.#grid.close();
  }

  #picture(unit: Uint8Array | undefined, index: number, arrivalMs: number): void {
    const payloads = vp8Payloads(unit ?? new Uint8Array(), index);
    const packets = payloads.map((payload, part) =>
      rtp({
        sequenceNumber: this.#sequence++,
        timestamp: index * PICTURE_MS * 90,
        marker: part === payloads.length - 1,
        payload,
      }),
    );
    this.#participant.packets(
      1,
      packets,
      packets.map(() => arrivalMs * 1000),
    );
  }

  #tell(event: UnstampedEvent, { closedMs }: DescribableHop): void {
    const atMs = this.#now();
    if (event.type === 'affect.state') this.#recorder.state(event, atMs);
    if (event.type !== 'affect.description') return;
    const seq = this.#seq++;
    this.#spend('delivered');
    this.#recorder.description({ ...event, seq, room: 'r' }, this.#now());
    const [deliveredMs, sinceHopMs] = [this.#now() - atMs, this.#now() - closedMs];
    this.#recorder.delivered({ room: 'r', seq, deliveredMs, sinceHopMs }, this.#now());
  }
}

function timedModel(spend: (stage: Stage) => void, stall: () => void): DescribingModel {
  let hops = 0;
  const answer = (item: number, text: string, delta: string, done: boolean): SpeakUpdate => ({
    item,
    text,
    delta,
    cues: [0],
    done,
    truncated: false,
  });
  return {
    pack: PACK,
    createMemory: () => new ParticipantMemory(),
    hop(items: readonly HopItem[]): Promise<HopResult[]> {
      spend('encode');
      if (++hops === HOPS / 2) stall();
      return Promise.resolve(items.map(() => heads({ silent: 0 })));
    },
    ask: () => Promise.resolve(answer(0, '', '', true)),
    async *speak(items: readonly SpeakItem[]): AsyncGenerator<SpeakUpdate[], void, void> {
      await Promise.resolve();
      spend('firstWord');
      yield items.map((_, item) => answer(item, 'One', 'One', false));
      spend('decoded');
      yield items.map((_, item) => answer(item, 'One two.', ' two.', true));
    },
  };
}

/** The looks that fall into the first `lateMs` after the end of a hop come only after them. */
function lateTick(atMs: number, lateMs: number): number {
  return atMs + Math.max(0, lateMs - ((atMs - START_MS) % 500));
}

function isLast(packet: unknown): boolean {
  return packet instanceof Uint8Array && ((packet[1] ?? 0) & 0x80) !== 0;
}

/** Lets everything that waits only for its turn have it. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}
