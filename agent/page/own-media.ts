/** What this page sends: a camera and microphone, or the synthetic caller; kept through reconnects. */
import { openCamera, openDevice } from './media/camera.ts';
import { Publisher, type PublisherEvents, type WhipTarget } from './media/publisher.ts';
import { startSyntheticCaller } from './media/synthetic-caller.ts';
import type { Source } from './view/lobby.ts';

export class OwnMedia {
  readonly stream: MediaStream;
  readonly synthetic: boolean;
  readonly #stopSource: () => void;
  readonly #muted = { audio: false, video: false };
  #publisher: Publisher | undefined;

  private constructor(stream: MediaStream, synthetic: boolean, stopSource: () => void) {
    this.stream = stream;
    this.synthetic = synthetic;
    this.#stopSource = stopSource;
  }

  /** Opens the source. @throws {CameraError} */
  static async open(source: Source): Promise<OwnMedia> {
    if (source === 'camera') return new OwnMedia(await openCamera(), false, () => undefined);
    const caller = await startSyntheticCaller();
    return new OwnMedia(caller.stream, true, () => caller.stop());
  }

  get muted(): Readonly<Record<'audio' | 'video', boolean>> {
    return this.#muted;
  }

  /** Publishes, in place of an earlier publication if there was one. @throws {PublishError} */
  async publish(target: WhipTarget, events: PublisherEvents): Promise<void> {
    await this.#publisher?.close();
    const publisher = new Publisher(target, events);
    this.#publisher = publisher;
    await publisher.start(this.stream);
  }

  mute(kind: 'audio' | 'video', muted: boolean): void {
    this.#muted[kind] = muted;
    for (const track of this.stream.getTracks()) if (track.kind === kind) track.enabled = !muted;
  }

  /** Switches to another device. @throws {CameraError} */
  async choose(kind: 'audio' | 'video', deviceId: string): Promise<void> {
    const track = await openDevice(kind, deviceId);
    track.enabled = !this.#muted[kind];
    for (const old of this.stream.getTracks().filter((one) => one.kind === kind)) {
      this.stream.removeTrack(old);
      old.stop();
    }
    this.stream.addTrack(track);
    await this.#publisher?.replace(track);
  }

  /** Stops everything; the camera's light goes out. */
  close(): void {
    void this.#publisher?.close();
    for (const track of this.stream.getTracks()) track.stop();
    this.#stopSource();
  }
}
