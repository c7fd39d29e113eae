import type { AffectModel, HopItem, HopResult, ParticipantMemory, SpeakUpdate } from '../../models/index.ts';
import features from '../../models/features.json' with { type: 'json' };
import { noise } from './test-pack.ts';

type Row = Readonly<Record<string, number>>;

const SEEN: Row = { quality: 0.9, ownness: 0.9, valid: 1, faceScale: 0.9 };
/** What the face columns hold for some expressions; those not named are 0. */
export const FACES = {
  calm: { ...SEEN, pNeutral: 0.9 },
  smile: { ...SEEN, ...unit(12, 0.9), ...unit(6, 0.6), ...unit(25, 0.5), ...looks('Happy') },
  scowl: { ...SEEN, ...unit(4, 0.9), ...unit(7, 0.6), ...unit(24, 0.5), ...looks('Angry') },
  gloom: { ...SEEN, ...unit(1, 0.7), ...unit(4, 0.4), ...unit(15, 0.7), ...looks('Sad') },
  start: { ...SEEN, ...unit(1, 0.8), ...unit(2, 0.8), ...unit(5, 0.7), ...unit(26, 0.8), ...looks('Surprise') },
} as const satisfies Record<string, Row>;

const SPEECH: Row = { active: 0.8, voiced: 0.6, f0Abs: 0.2, hnrAbs: 0.2, quality: 0.9, ownness: 0.9, valid: 1 };
export const VOICES = {
  quiet: { quality: 0.9, ownness: 0.9, valid: 1, pause: 1 },
  even: SPEECH,
  lively: { ...SPEECH, loudnessRel: 0.6, f0Rel: 0.8, f0RangeRel: 0.8, rateRel: 0.5, alphaRel: 0.6 },
} as const satisfies Record<string, Row>;

function unit(number: number, strength: number): Row {
  return { [`au${number}`]: strength, [`rel${number}`]: strength };
}

function looks(expression: string): Row {
  return { [`p${expression}`]: 0.9, [`prel${expression}`]: 0.85, pNeutral: 0.05, prelNeutral: -0.85 };
}

/** Rows of one sense that repeat `row` with a little tracker noise, the same each time. */
export function rows(sense: 'face' | 'voice', row: Row, seed: number): Float32Array {
  const names: readonly string[] = features[sense].features;
  const count = sense === 'face' ? features.face.framesPerHop : features.voice.segmentsPerHop;
  return noise(seed, count * names.length).map((jitter, i) => {
    const name = names[i % names.length];
    return name === 'valid' ? row[name] : (row[name] ?? 0) + 0.06 * jitter;
  });
}

/** Hop `hop` of somebody: face and voice follow from the number of the person. */
export function hopItem(model: AffectModel, memory: ParticipantMemory, person: number, hop: number): HopItem {
  const [faces, voices] = [Object.values<Row>(FACES), Object.values<Row>(VOICES)];
  const seed = person * 1000 + hop;
  return {
    memory,
    face: rows('face', faces[person % faces.length], seed),
    voice: rows('voice', voices[Math.floor(person / faces.length) % voices.length], seed + 500_000),
    said: new Float32Array(model.pack.manifest.saidSize),
  };
}

/** Runs some hops of these people in one batch. */
export async function watch(
  model: AffectModel,
  people: readonly number[],
  hops: number,
): Promise<{ memories: ParticipantMemory[]; last: HopResult[] }> {
  const memories = people.map(() => model.createMemory());
  let last: HopResult[] = [];
  for (let hop = 0; hop < hops; hop += 1) {
    last = await model.hop(people.map((person, i) => hopItem(model, memories[i], person, hop)));
  }
  return { memories, last };
}

/** Lets them speak in one batch; the last update of each. */
export async function texts(
  model: AffectModel,
  memories: readonly ParticipantMemory[],
  heads: readonly HopResult[],
  chunk = 8,
): Promise<SpeakUpdate[]> {
  const ends: SpeakUpdate[] = [];
  const said = new Float32Array(model.pack.manifest.saidSize);
  const items = memories.map((memory, i) => ({ memory, said, ...heads[i] }));
  for await (const updates of model.speak(items, { chunk })) {
    for (const update of updates) if (update.done) ends[update.item] = update;
  }
  return ends;
}
