/** Events as a room sends them, for tests of what shows them. */
import type { ServerMessage, SessionReady } from '../../../agent/client/index.ts';

type Of<T extends ServerMessage['type']> = Extract<ServerMessage, { type: T }>;

const common = { seq: 1, room: 'demo', participant: 'p-ada', pack: 'affect-nano@0.1.0' };

export function person(changes: Partial<SessionReady['participant']> = {}): SessionReady['participant'] {
  return { id: 'p-ada', name: 'Ada', analysis: true, audio: 'live', video: 'live', ...changes };
}

export function ready(changes: Partial<SessionReady> = {}): SessionReady {
  return {
    type: 'session.ready',
    protocol: 2,
    room: 'demo',
    participant: person({ id: 'p-me', name: 'Me' }),
    token: 'secret',
    whip: '/whip/demo',
    context: 'demo',
    results: 'room',
    pack: 'affect-nano@0.1.0',
    receipt: { version: '1', title: 'May you be described?', paragraphs: ['Read this.'] },
    roomMs: 10_000,
    participants: [person()],
    resume: { withinMs: 30_000, events: 512 },
    ...changes,
  };
}

export function described(changes: Partial<Of<'affect.description'>> = {}): Of<'affect.description'> {
  return {
    type: 'affect.description',
    ...common,
    startMs: 9000,
    endMs: 10_000,
    id: 'p-ada@9000',
    version: 1,
    text: 'The person appears amused, with a broad smile and a raised pitch; the mood has brightened.',
    labels: [
      { term: 'amused', score: 0.84 },
      { term: 'cheerful', score: 0.8 },
      { term: 'playful', score: 0.6 },
    ],
    valence: { mean: 0.62, sd: 0.15 },
    arousal: { mean: 0.41, sd: 0.12 },
    dominance: { mean: 0.2, sd: 0.1 },
    confidence: 0.82,
    evidence: [
      { cue: 'smile', direction: 'broad, lips parted', magnitude: 0.9, modality: 'face', startMs: 6000, endMs: 10_000 },
      { cue: 'pitch', direction: 'up', magnitude: 0.5, modality: 'voice', startMs: 7000, endMs: 10_000 },
      { cue: 'words', direction: 'positive', magnitude: 0.2, modality: 'caption', startMs: 8000, endMs: 10_000 },
    ],
    abstained: false,
    latencyMs: { sense: 12, encode: 20, decoded: 33 },
    ...changes,
  };
}

export function state(endMs: number, valence: number, arousal: number): Of<'affect.state'> {
  const { labels, dominance, confidence } = described();
  return {
    type: 'affect.state',
    ...common,
    startMs: endMs - 500,
    endMs,
    labels,
    valence: { mean: valence, sd: 0.2 },
    arousal: { mean: arousal, sd: 0.2 },
    dominance,
    confidence,
    reliability: { face: 1, voice: 1, caption: 0 },
  };
}

export function signal(modality: Of<'signal'>['modality'], now: Of<'signal'>['state']): Of<'signal'> {
  return { type: 'signal', ...common, startMs: 9500, endMs: 10_000, modality, state: now };
}

export function delta(text: string, changes: Partial<Of<'affect.delta'>> = {}): Of<'affect.delta'> {
  return {
    type: 'affect.delta',
    ...common,
    startMs: 10_000,
    endMs: 10_500,
    id: 'p-ada@10000',
    version: 1,
    text,
    ...changes,
  };
}

export function shifted(): Of<'affect.shift'> {
  const calm = { valence: 0.1, arousal: -0.3, dominance: 0, labels: [{ term: 'calm', score: 0.7 }] };
  const happy = { valence: 0.7, arousal: 0.4, dominance: 0.2, labels: [{ term: 'happy', score: 0.8 }] };
  return {
    type: 'affect.shift',
    ...common,
    startMs: 8000,
    endMs: 10_000,
    id: 'p-ada@8000',
    from: calm,
    to: happy,
    size: 0.9,
    confidence: 0.8,
    cause: { utterance: null, score: 0.6 },
  };
}
