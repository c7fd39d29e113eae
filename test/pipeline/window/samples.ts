import { type CaptionInput, FACE_WIDTH, VOICE_WIDTH, type WindowInput } from '../../../pipeline/window/hop.ts';

/** A face sample at `ms` whose first feature is `mark`. */
export function face(ms: number, mark = 1, valid = true): WindowInput {
  const features = new Float32Array(FACE_WIDTH);
  if (valid) {
    features[0] = mark;
    features[FACE_WIDTH - 1] = 1;
  }
  return {
    kind: 'face',
    sample: { captureUs: ms * 1000, features, state: valid ? 'ok' : 'lost', sensedMs: ms + 2, decodedMs: ms + 1 },
  };
}

/** The voice segment that starts at `ms`. */
export function voice(ms: number, mark = 1, valid = true): WindowInput {
  const features = new Float32Array(VOICE_WIDTH);
  if (valid) {
    features[0] = mark;
    features[VOICE_WIDTH - 1] = 1;
  }
  return {
    kind: 'voice',
    segment: {
      startUs: ms * 1000,
      endUs: (ms + 100) * 1000,
      features,
      state: valid ? 'ok' : 'lost',
      sensedMs: ms + 102,
      decodedMs: ms + 101,
    },
  };
}

export function tick(ms: number): WindowInput {
  return { kind: 'tick', nowUs: ms * 1000 };
}

export function caption(endMs: number, text: string, final = true): CaptionInput {
  return { kind: 'caption', caption: { startUs: (endMs - 300) * 1000, endUs: endMs * 1000, text, final } };
}

/** All voice segments from `fromMs` to `toMs`. */
export function voices(fromMs: number, toMs: number): WindowInput[] {
  const out: WindowInput[] = [];
  for (let ms = fromMs; ms < toMs; ms += 100) out.push(voice(ms, ms));
  return out;
}

/** Faces every `everyMs` from `fromMs` to before `toMs`, marked with their time. */
export function faces(fromMs: number, toMs: number, everyMs: number): WindowInput[] {
  const out: WindowInput[] = [];
  for (let ms = fromMs; ms < toMs; ms += everyMs) out.push(face(ms, ms));
  return out;
}
