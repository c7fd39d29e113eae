/** What a test needs of the machine, and a loud word when it is missing. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { findWorker, SETUP_COMMAND, type WorkerBinary } from '../../sfu/mediasoup/worker-binary.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The first of these that exists, or undefined after saying what is missing and how to get it. */
function first(what: string, paths: readonly (string | undefined)[]): string | undefined {
  const found = paths.find((path) => path !== undefined && existsSync(path));
  if (found === undefined)
    console.warn(`SKIPPED: ${what} is missing; configs/setup-debian.sh installs what the tests want.`);
  return found;
}

/** A Chromium to drive, or undefined. */
export function findChromium(): string | undefined {
  return first('Chromium', [
    process.env.CHROMIUM,
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
  ]);
}

/** A Firefox to drive, or undefined. */
export function findFirefox(): string | undefined {
  return first('Firefox', [process.env.FIREFOX, '/usr/bin/firefox-esr', '/usr/bin/firefox']);
}

/** A worker program for mediasoup, or undefined. */
export function findMediasoup(): WorkerBinary | undefined {
  const found = findWorker();
  if (!found) console.warn(`SKIPPED: mediasoup's worker is missing; "${SETUP_COMMAND}" makes it.`);
  return found;
}

/** Folder of the built page, or undefined. */
export function findPage(): string | undefined {
  const folder = `${root}dist/page`;
  if (existsSync(folder)) return folder;
  console.warn('SKIPPED: the page is not built; "npm run build" builds it.');
  return undefined;
}

/** coturn, a TURN server, or undefined. */
export function findTurnServer(): string | undefined {
  return first('coturn', ['/usr/bin/turnserver']);
}

/** The ffmpeg program, or undefined. */
export function findFfmpeg(): string | undefined {
  try {
    execFileSync('ffmpeg', ['-version'], { stdio: 'ignore' });
    return 'ffmpeg';
  } catch {
    return first('ffmpeg', []);
  }
}

/** A real clip of a face: the shared ones, else a moving still of a photograph (see configs/setup-debian.sh). */
export function findFaceMedia(): string | undefined {
  return first('a clip or photograph of a face', [
    sharedClip('tears-to-laughter.mp4'),
    `${root}artifacts/media/astronaut.png`,
  ]);
}

/** Path of a clip that lies beside the project. */
export function sharedClip(name: string): string {
  return fileURLToPath(new URL(`../../../shared/media/${name}`, import.meta.url));
}

/** Recorded speech from Debian's alsa-utils. */
export function findSpeech(): string | undefined {
  return first('recorded speech (alsa-utils)', ['/usr/share/sounds/alsa/Front_Center.wav']);
}

/** Command-line switches of a Chromium that plays `video` (MJPEG) and `audio` (WAV) as its camera and microphone. */
export function callerSwitches(video: string, audio: string): string[] {
  return [
    '--no-sandbox',
    '--disable-gpu',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--disable-features=WebRtcHideLocalIpsWithMdns',
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-video-capture=${video}`,
    `--use-file-for-fake-audio-capture=${audio}`,
    '--autoplay-policy=no-user-gesture-required',
  ];
}

/** Command-line switches of a Chromium whose camera shows a test pattern and whose microphone beeps. */
export function fakeCameraSwitches(): string[] {
  return [
    '--no-sandbox',
    '--disable-gpu',
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream=fps=10',
    '--autoplay-policy=no-user-gesture-required',
  ];
}
