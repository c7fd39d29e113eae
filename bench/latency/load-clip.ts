import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CLIP_RATE_HZ, type Clip } from './clip.ts';
import { readClipFile } from './clip-file.ts';
import { NO_FACE } from './faceless.ts';
import { buzzingVoice, drawnStill, restingPictures, swayingPictures } from './made-clip.ts';

export interface ClipChoice {
  /** A video, or a picture that is then swayed before the camera. */
  readonly media?: string | undefined;
  /** Sound in place of the media's own. */
  readonly voice?: string | undefined;
}

// A photograph of a face that configs/setup-debian.sh fetches: from bench/latency and from dist/bench/latency.
const FACES = ['../../artifacts/media/astronaut.png', '../../../artifacts/media/astronaut.png'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);
/** A recorded voice, of Debian's alsa-utils. */
const VOICES = ['/usr/share/sounds/alsa/Front_Center.wav'];
/** What is quieter than this (full scale is 32767) is nothing that anybody says. */
const SILENT_BELOW = 500;
const PAUSE_SAMPLES = 0.6 * CLIP_RATE_HZ;

/**
 * Loads what a caller plays. Where nothing was chosen, or what was chosen is silent, it is the best that this machine
 * has; the title says what it became. Throws {@link BenchError}.
 */
export async function loadClip({ media, voice }: ClipChoice): Promise<Clip> {
  const shown = await read(media ?? FACES.find((path) => existsSync(path)));
  const own = shown !== undefined && isHeard(shown) ? shown : undefined;
  const spoken = await read(voice ?? (own === undefined ? VOICES.find((path) => existsSync(path)) : undefined));
  const heard = spoken !== undefined && isHeard(spoken) ? spoken : own;
  const pictures = picturesOf(shown);
  const title = [shown?.pictures.length ? shown.title : NO_FACE, heard?.title ?? 'a synthetic buzz (no words)'];
  return {
    title: [...new Set(title)].join(' with '),
    pictures,
    samples: heard === undefined ? buzzingVoice() : soundOf(heard, heard === shown),
    lengthMs: shown !== undefined && shown.pictures.length > 1 ? shown.lengthMs : (pictures.at(-1)?.atMs ?? 0) + 40,
  };
}

/** The same person, who neither speaks nor moves: the clip's first picture with a camera's noise, and a muted microphone. */
export function restingClip({ title, pictures: [first] }: Clip): Clip {
  const pictures = restingPictures(first?.picture ?? drawnStill());
  const lengthMs = (pictures.at(-1)?.atMs ?? 0) + 40;
  return {
    title: `${title.split(' with ')[0]}, still, with the noise of a camera and a muted microphone`,
    pictures,
    samples: new Int16Array((lengthMs / 1000) * CLIP_RATE_HZ),
    lengthMs,
  };
}

async function read(path: string | undefined): Promise<Clip | undefined> {
  return path === undefined ? undefined : readClipFile(path);
}

function picturesOf(shown: Clip | undefined): Clip['pictures'] {
  const [first, second] = shown?.pictures ?? [];
  return second !== undefined && shown !== undefined ? shown.pictures : swayingPictures(first?.picture ?? drawnStill());
}

/** Sound of its own begins anew with its pictures; any other repeats after a pause, as somebody who speaks in turns. */
function soundOf(heard: Clip, withPictures: boolean): Int16Array {
  if (withPictures && heard.pictures.length > 1) return heard.samples;
  const spoken = new Int16Array(heard.samples.length + PAUSE_SAMPLES);
  spoken.set(heard.samples);
  return spoken;
}

function isHeard({ samples }: Clip): boolean {
  return samples.some((sample) => Math.abs(sample) >= SILENT_BELOW);
}
