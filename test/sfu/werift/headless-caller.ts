/** Callers without a browser: libwebrtc by way of @roamhq/wrtc. */
import { EventEmitter, once } from 'node:events';
import wrtc from '@roamhq/wrtc';
import type { Publication, Sfu, Viewer, ViewerOffer } from '../../../sfu/index.ts';

interface Track {
  readonly id: string;
  readonly kind: 'audio' | 'video';
  stop(): void;
}

interface Description {
  readonly type: 'offer' | 'answer';
  readonly sdp: string;
}

interface PeerConnection extends EventTarget {
  readonly connectionState: string;
  readonly iceConnectionState: string;
  ontrack: ((event: { readonly track: Track; readonly transceiver: { readonly mid: string } }) => void) | null;
  addTrack(track: Track): unknown;
  createOffer(options?: { iceRestart?: boolean }): Promise<Description>;
  createAnswer(): Promise<Description>;
  setLocalDescription(description: Description): Promise<void>;
  setRemoteDescription(description: Description): Promise<void>;
  getStats(): Promise<ReadonlyMap<string, Readonly<Record<string, unknown>>>>;
  close(): void;
}

interface VideoFrame {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

interface Nonstandard {
  RTCVideoSource: new () => {
    createTrack(): Track;
    onFrame(frame: { width: number; height: number; data: Uint8ClampedArray }): void;
  };
  RTCAudioSource: new () => { createTrack(): Track; onData(data: object): void };
  RTCVideoSink: new (track: Track) => { onframe: ((event: { frame: VideoFrame }) => void) | null; stop(): void };
  RTCAudioSink: new (track: Track) => {
    ondata: ((data: { readonly samples: Int16Array }) => void) | null;
    stop(): void;
  };
}

const { RTCPeerConnection, nonstandard } = wrtc as unknown as {
  RTCPeerConnection: new () => PeerConnection;
  nonstandard: Nonstandard;
};

/** Changes a description on its way. */
type Edit = (sdp: string) => string | Promise<string>;

const WIDTH = 160;
const HEIGHT = 120;
const FRAME_MS = 33;
const AUDIO_MS = 10;
/** Of full scale (32,768). A receiver plays silence until it has something to decode. */
const AUDIBLE = 500;

/** Waits until `state` is the connection's, without polling. */
export async function reached(pc: PeerConnection, state: string): Promise<void> {
  while (pc.connectionState !== state)
    await new Promise((done) => pc.addEventListener('connectionstatechange', done, { once: true }));
}

/** Publishes a flat grey of the given brightness and a tone. */
export class HeadlessPublisher {
  readonly pc = new RTCPeerConnection();
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #tracks: Track[] = [];
  publication!: Publication;
  #offer = '';

  constructor({ video = true, audio = true, luma = 128 } = {}) {
    if (video) this.#addVideo(luma);
    if (audio) this.#addAudio();
  }

  get id(): string {
    return this.publication.id;
  }

  /** The last offer. `pc.localDescription` of wrtc crashes now and then while addresses are gathered. */
  get offer(): string {
    return this.#offer;
  }

  /** Makes a new offer and takes it as its own. */
  async makeOffer(options?: { iceRestart?: boolean }): Promise<string> {
    const offer = await this.pc.createOffer(options);
    await this.pc.setLocalDescription(offer);
    return (this.#offer = offer.sdp);
  }

  async publish(
    sfu: Pick<Sfu, 'publish'>,
    room: string,
    participant: string,
    editOffer: (sdp: string) => string = (sdp) => sdp,
    editAnswer: Edit = (sdp) => sdp,
  ): Promise<Publication> {
    this.publication = await sfu.publish(room, participant, editOffer(await this.makeOffer()));
    await this.pc.setRemoteDescription({ type: 'answer', sdp: await editAnswer(this.publication.answerSdp) });
    await reached(this.pc, 'connected');
    return this.publication;
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
    for (const track of this.#tracks) track.stop();
    this.pc.close();
  }

  #addVideo(luma: number): void {
    const source = new nonstandard.RTCVideoSource();
    const data = new Uint8ClampedArray((WIDTH * HEIGHT * 3) / 2).fill(128);
    let frames = 0;
    const paint = (): void => {
      // A moving line keeps the encoder from sending nothing.
      data.fill(luma, 0, WIDTH * HEIGHT).fill(16, (frames % HEIGHT) * WIDTH, ((frames % HEIGHT) + 1) * WIDTH);
      frames++;
      source.onFrame({ width: WIDTH, height: HEIGHT, data });
    };
    this.#timers.push(setInterval(paint, FRAME_MS));
    this.#add(source.createTrack());
  }

  #addAudio(): void {
    const source = new nonstandard.RTCAudioSource();
    const samples = Int16Array.from({ length: 480 }, (_, i) => 8000 * Math.sin((2 * Math.PI * i) / 48));
    const data = { samples, sampleRate: 48_000, bitsPerSample: 16, channelCount: 1, numberOfFrames: 480 };
    const startMs = performance.now();
    let blocks = 0;
    // A timer that comes late owes what should have been heard meanwhile.
    const sound = (): void => {
      for (; blocks * AUDIO_MS < performance.now() - startMs; blocks++) source.onData(data);
    };
    this.#timers.push(setInterval(sound, AUDIO_MS));
    this.#add(source.createTrack());
  }

  #add(track: Track): void {
    this.#tracks.push(track);
    this.pc.addTrack(track);
  }
}

/** Watches a room: counts what it sees per mid, keeps the offers. */
export class HeadlessViewer {
  readonly pc = new RTCPeerConnection();
  readonly offers: ViewerOffer[] = [];
  readonly lumaByMid = new Map<string, number>();
  readonly framesByMid = new Map<string, number>();
  /** `frame` and (audible) `sound` with the mid, `answered` with the offer's number, `closed` with the reason. */
  readonly events = new EventEmitter();
  viewer!: Viewer;
  readonly #sinks = new Map<string, { stop(): void }>();

  constructor() {
    this.pc.ontrack = ({ track, transceiver }) => this.#watch(track, transceiver);
  }

  static async join(sfu: Sfu, room: string, name: string, editOffer: Edit = (sdp) => sdp): Promise<HeadlessViewer> {
    const self = new HeadlessViewer();
    let queue = Promise.resolve();
    const onOffer = (offer: ViewerOffer): void => {
      queue = queue
        .then(() => self.#answer(offer, editOffer))
        .catch((error: unknown) => {
          self.events.emit('refused', error);
        });
    };
    self.viewer = await sfu.view(room, name, onOffer, (reason) => self.events.emit('closed', reason));
    return self;
  }

  /** The next `count` frames of an m-line. */
  async frames(mid: string, count: number): Promise<void> {
    for (let seen = 0; seen < count;) if ((await once(this.events, 'frame'))[0] === mid) seen++;
  }

  /** A frame of an m-line whose brightness lies between these: receivers show black until the first picture is decoded. */
  async shows(mid: string, darkest: number, brightest = 255): Promise<void> {
    const luma = (): number => this.lumaByMid.get(mid) ?? 0;
    while (luma() < darkest || luma() > brightest) await this.frames(mid, 1);
  }

  /** Ten milliseconds of an m-line that are no silence: sound that was sent is decoded. */
  async sound(mid: string): Promise<void> {
    while ((await once(this.events, 'sound'))[0] !== mid);
  }

  /** Resolves when an offer that satisfies `matches` has been answered. */
  async offered(matches: (offer: ViewerOffer) => boolean): Promise<ViewerOffer> {
    for (;;) {
      const found = this.offers.find(matches);
      if (found) return found;
      await once(this.events, 'answered');
    }
  }

  async close(): Promise<void> {
    for (const sink of this.#sinks.values()) sink.stop();
    this.pc.close();
    await this.viewer.close();
  }

  async #answer(offer: ViewerOffer, editOffer: Edit): Promise<void> {
    await this.pc.setRemoteDescription({ type: 'offer', sdp: await editOffer(offer.sdp) });
    const answer = await this.pc.createAnswer();
    await this.pc.setLocalDescription(answer);
    await this.viewer.answer(offer.number, answer.sdp);
    this.offers.push(offer);
    this.events.emit('answered', offer.number);
  }

  #watch(track: Track, { mid }: { readonly mid: string }): void {
    this.#sinks.get(mid)?.stop();
    if (track.kind === 'audio') {
      const sink = new nonstandard.RTCAudioSink(track);
      sink.ondata = ({ samples }) => {
        if (samples.some((sample) => Math.abs(sample) > AUDIBLE)) this.events.emit('sound', mid);
      };
      this.#sinks.set(mid, sink);
      return;
    }
    const sink = new nonstandard.RTCVideoSink(track);
    sink.onframe = ({ frame }) => {
      this.lumaByMid.set(mid, frame.data[frame.width * 5 + 5] ?? 0);
      this.framesByMid.set(mid, (this.framesByMid.get(mid) ?? 0) + 1);
      this.events.emit('frame', mid);
    };
    this.#sinks.set(mid, sink);
  }
}
