/** A caller for a machine without a camera: drawn on a canvas, spoken by an oscillator, in plain sight of being so. */
import { moodAt } from './moods.ts';
import { drawFace } from './synthetic-face.ts';
import { startVoice } from './synthetic-voice.ts';

const FRAMES_PER_SECOND = 20;

export interface SyntheticCaller {
  readonly stream: MediaStream;
  stop(): void;
}

/** Starts it. Each starts at another moment, so that two of them do not move alike. */
export async function startSyntheticCaller(): Promise<SyntheticCaller> {
  const canvas = document.createElement('canvas');
  canvas.width = 640;
  canvas.height = 480;
  const context = canvas.getContext('2d', { alpha: false });
  if (!context) throw new Error('The browser cannot draw on a canvas.');
  const startedMs = performance.now() - Math.random() * 4000;
  const seconds = (): number => (performance.now() - startedMs) / 1000;
  const voice = await startVoice(seconds);
  const draw = (): void => {
    const now = seconds();
    const mood = moodAt(now);
    const sway = 4 + mood.life * 10;
    drawFace(context, {
      mood,
      mouthOpen: voice.level(),
      blink: now % 3.7 < 0.15 ? 1 : 0,
      x: Math.sin(now * 0.9) * sway,
      y: Math.sin(now * 1.3 + 1) * sway * 0.5 + Math.max(0, -mood.smile) * 6,
      roll: Math.sin(now * 0.7) * 0.02 * (1 + mood.life),
    });
  };
  draw();
  const drawing = setInterval(draw, 1000 / FRAMES_PER_SECOND);
  const stream = canvas.captureStream(FRAMES_PER_SECOND);
  stream.addTrack(voice.track);
  return {
    stream,
    stop: () => {
      clearInterval(drawing);
      voice.stop();
    },
  };
}
