/** Whose voice is heard in a room. It looks at every packet of sound, so it runs only while somebody listens. */
import type { ActiveSpeakerObserver, AudioLevelObserver, Router } from 'mediasoup/types';
import type { VoiceActivity } from '../types.ts';
import type { PublishedTrack } from './publisher.ts';

/** How often levels are told, in ms; a quarter of a second is what an eye takes for at once. */
const LEVEL_INTERVAL_MS = 250;
const SPEAKER_INTERVAL_MS = 300;
/** Quieter is silence, in dB below full scale. */
const SILENCE_DB = -60;
/** The loudest of a room whose levels are told. */
const MAX_LEVELS = 16;

/** The observers of one room's router. */
export class RoomVoices {
  readonly #levels: AudioLevelObserver;
  readonly #speaker: ActiveSpeakerObserver;
  readonly #tracks = new Map<string, PublishedTrack>();

  private constructor(levels: AudioLevelObserver, speaker: ActiveSpeakerObserver) {
    this.#levels = levels;
    this.#speaker = speaker;
  }

  /** Rejects when the router has closed. */
  static async open(router: Router, room: string, tell: (activity: VoiceActivity) => void): Promise<RoomVoices> {
    const levels = await router.createAudioLevelObserver({
      maxEntries: MAX_LEVELS,
      threshold: SILENCE_DB,
      interval: LEVEL_INTERVAL_MS,
    });
    const speaker = await router.createActiveSpeakerObserver({ interval: SPEAKER_INTERVAL_MS });
    const voices = new RoomVoices(levels, speaker);
    levels.on('volumes', (volumes) => {
      const heard = volumes.flatMap(({ producer, volume }) => {
        const track = voices.#tracks.get(producer.id);
        return track ? [{ track: track.info, levelDb: volume }] : [];
      });
      tell({ type: 'levels', room, levels: heard });
    });
    levels.on('silence', () => tell({ type: 'levels', room, levels: [] }));
    speaker.on('dominantspeaker', ({ producer }) => {
      const track = voices.#tracks.get(producer.id);
      if (track) tell({ type: 'active-speaker', room, track: track.info });
    });
    return voices;
  }

  /** Listens to these as well, as far as they are sound. */
  add(tracks: readonly PublishedTrack[]): void {
    for (const track of tracks) {
      const { info, producer } = track;
      if (info.kind !== 'audio' || this.#tracks.has(producer.id)) continue;
      this.#tracks.set(producer.id, track);
      // Refused only when the producer has just gone.
      for (const observer of [this.#levels, this.#speaker])
        observer.addProducer({ producerId: producer.id }).catch(() => {});
    }
  }

  /** These have ended; the observers know by themselves. */
  remove(tracks: readonly PublishedTrack[]): void {
    for (const { producer } of tracks) this.#tracks.delete(producer.id);
  }

  /** Idempotent. */
  close(): void {
    this.#tracks.clear();
    this.#levels.close();
    this.#speaker.close();
  }
}
