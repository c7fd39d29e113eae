/** The program that holds the SFU under test, and nothing else. */
import { ConsentGrant, openSfu, type Sfu, type Tap, type TapSink, type Viewer } from '../../sfu/index.ts';
import { answer, news } from './remote.ts';
import type { SfuCalls, SfuNews } from './sfu-calls.ts';

/** Takes what it gets and does nothing: what is measured is the fork. */
const SINK: TapSink = { packet() {}, senderReport() {}, muted() {}, closed() {} };

const issuer = ConsentGrant.createIssuer();
const viewers = new Map<string, Viewer>();
const taps = new Map<string, Tap[]>();
let opened: Sfu | undefined;

function sfu(): Sfu {
  if (!opened) throw new Error('open comes first');
  return opened;
}

function viewer(name: string): Viewer {
  const known = viewers.get(name);
  if (!known) throw new Error(`there is no viewer ${name}`);
  return known;
}

async function tap({ room, on }: { room: string; on: boolean }): Promise<number> {
  for (const open of taps.get(room) ?? []) await open.close();
  const tracks = on ? sfu().tracks(room) : [];
  const grant = (participant: string): ConsentGrant => issuer.issue(room, participant, 'bench');
  const open = await Promise.all(tracks.map(({ id, participant }) => sfu().tap(id, grant(participant), SINK)));
  taps.set(room, open);
  return open.length;
}

answer<SfuCalls>({
  async open({ engine }) {
    if (engine !== 'mediasoup' && engine !== 'werift') throw new Error(`There is no engine "${engine}".`);
    const { sfu: started } = await openSfu(engine, {
      workers: 1,
      limits: { publications: 4096, viewers: 4096, tracksPerViewer: 256 },
    });
    opened = started;
    return { engine: started.engine };
  },
  async publish({ room, participant, sdp }) {
    const { answerSdp } = await sfu().publish(room, participant, sdp);
    return { sdp: answerSdp };
  },
  async view({ room, viewer: name }) {
    const tell = (offer: { number: number; sdp: string; tracks: readonly unknown[] }): void =>
      news({
        viewer: name,
        number: offer.number,
        sdp: offer.sdp,
        tracks: offer.tracks.length,
      } satisfies SfuNews);
    viewers.set(name, await sfu().view(room, name, tell));
    return null;
  },
  async answer({ viewer: name, number, sdp }) {
    await viewer(name).answer(number, sdp);
    return null;
  },
  tap,
  async cost() {
    const { user, system } = process.cpuUsage();
    const { workerCpuMs = 0, tapDropped = 0, mediaFirst = 0 } = await sfu().stats();
    return { cpuMs: (user + system) / 1000 + workerCpuMs, tapDropped, mediaFirst: mediaFirst === 1 };
  },
});
