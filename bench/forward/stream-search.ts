/** How many streams one core carries before packets are lost. */
import { ProgressBar } from '../progress.ts';
import { BenchCall, type CallChoice, type Span } from './bench-call.ts';
import type { StreamStep } from './forward-report.ts';

/** After rooms were added. */
const SETTLE_MS = 1500;
/** By this share rooms grow: fast as long as the engine's core is less than half full. */
const BIG_STEP = 0.5;
const SMALL_STEP = 0.1;
const HALF_FULL = 0.5;
/** How long each size of the search is looked at. */
const STEP_S = 4;
/** People in one room of the search: each publishes, each watches the three others. */
export const PEOPLE_PER_ROOM = 4;
/** A share of packets that may be missing before it counts as loss: one late datagram is no limit. */
const LOSS = 0.001;
/** The peers' own core is full above this: then they are what was measured. */
const FULL = 0.92;

/** Throws {@link BenchError}. */
export async function searchStreams(choice: CallChoice, mostRooms: number): Promise<StreamStep[]> {
  await using call = await BenchCall.open(choice);
  const bar = new ProgressBar(`${choice.engine}, rooms`, mostRooms);
  const steps: StreamStep[] = [];
  try {
    for (let rooms = 1; rooms <= mostRooms;) {
      await addRooms(call, rooms);
      const step = await measureStep(call, rooms);
      steps.push(step);
      bar.update(rooms);
      if (step.end !== null) break;
      // Never back from too many: whose consent was lost among the packets is gone from the call.
      rooms += Math.ceil(rooms * (step.sfuCores < HALF_FULL ? BIG_STEP : SMALL_STEP));
    }
    return steps;
  } finally {
    bar.close();
  }
}

/** Adds rooms until there are so many. Nobody else sends meanwhile: on a full machine handshakes run out of time. */
async function addRooms(call: BenchCall, rooms: number): Promise<void> {
  const from = call.publishers;
  for (let room = from / PEOPLE_PER_ROOM; room < rooms; room++) await addRoom(call, `room-${room}`);
  await call.visible(2 * (PEOPLE_PER_ROOM - 1));
  await call.lookOnly();
  await call.play(from, rooms * PEOPLE_PER_ROOM);
  await call.flowing((rooms * PEOPLE_PER_ROOM - from) * 2 * (PEOPLE_PER_ROOM - 1));
  await call.play(0, 0);
}

async function addRoom(call: BenchCall, room: string): Promise<void> {
  const names: string[] = [];
  while (names.length < PEOPLE_PER_ROOM) names.push(await call.publish(room));
  // Nobody is shown themselves. One in each room counts what comes.
  for (const [i, name] of names.entries()) await call.view(room, name, i === 0 ? 'counting' : 'bystander');
}

/** What else runs on the machine may disturb one look; a limit shows twice. */
async function measureStep(call: BenchCall, rooms: number): Promise<StreamStep> {
  const step = await look(call, rooms);
  return step.end === null ? step : look(call, rooms);
}

async function look(call: BenchCall, rooms: number): Promise<StreamStep> {
  const publishers = rooms * PEOPLE_PER_ROOM;
  const span = await call.loaded(publishers, SETTLE_MS, STEP_S * 1000);
  return {
    publishers,
    viewers: publishers,
    streamsIn: 2 * publishers,
    streamsOut: PEOPLE_PER_ROOM * span.streams,
    packetsInPerS: publishers * call.played.packetsPerS,
    packetsOutPerS: Math.round((PEOPLE_PER_ROOM * span.received * 1000) / span.tookMs),
    lossShare: lossOf(span),
    sfuCores: span.sfuCores,
    peerCores: span.peerCores,
    end: span.skippedMs > 0 || span.peerCores > FULL ? 'load-full' : lossOf(span) > LOSS ? 'loss' : null,
  };
}

function lossOf({ lost, received }: Span): number {
  return lost / Math.max(1, lost + received);
}
