/** Greedy decoding of several branches at once, a chunk of tokens a run (the loop is inside the graph). */
import { type InferenceSession, Tensor } from 'onnxruntime-node';
import type { Pack, PackManifest } from '../pack.ts';
import type { WordDecoder } from '../tokenizer.ts';
import { deniedTokens } from './claims.ts';
import { ModelError } from './errors.ts';
import { type ParticipantMemory, gather } from './memory.ts';
import { int64, integers } from './tensors.ts';
import { Utterance } from './utterance.ts';

/** Added to a logit: no logit of a language model comes near. */
const FORCED = 1e4;
/** Above every logit, below what is forced: comes right after it. */
const NAMED = 5e3;
const FORBIDDEN = -1e9;

export interface SpeakItem {
  readonly memory: ParticipantMemory;
  /** What was said last, `[saidSize]`; the same vector that the hop was given. */
  readonly said: Float32Array;
  /** A task of the pack; `describe` by default. */
  readonly task?: string;
  /** Probabilities of the cues as the hop's heads gave them, `[cues]`: tags below the pack's threshold cannot be named. */
  readonly cues: Float32Array;
  /** Too little is perceived to speak of the person: the branch must say so, and may say nothing else. */
  readonly abstain?: boolean;
  /** Valence, arousal and dominance as the hop's heads gave them: what is claimed of a change must agree with them. */
  readonly vad: Float32Array;
  /** Their standard deviations, from the same heads. */
  readonly vadSd: Float32Array;
  /** Probabilities of the labels, likewise: a feeling is not named whose label is not there. */
  readonly labels: Float32Array;
}

export interface SpeakOptions {
  /** Bound on the tokens of one text, the plan included; the pack's own by default. */
  readonly maxTokens?: number;
  /** Tokens between two updates. */
  readonly chunk?: number;
  /** Ends the decoding between two chunks by throwing the signal's reason. */
  readonly signal?: AbortSignal;
}

/** News of one branch. */
export interface SpeakUpdate {
  /** Index into the items. */
  readonly item: number;
  /** Whole words so far. */
  readonly text: string;
  /** What was added since the last update. */
  readonly delta: string;
  /** Indices into the pack's cues that the plan named so far. */
  readonly cues: readonly number[];
  readonly done: boolean;
  /** Done because of `maxTokens`: the text may lack its end. */
  readonly truncated: boolean;
}

type Run = (session: InferenceSession, feeds: Record<string, Tensor>) => Promise<InferenceSession.OnnxValueMapType>;

/** What of the model a decoding needs; the run is serialised by its owner. */
export interface SpeakContext {
  readonly pack: Pack;
  readonly session: InferenceSession;
  readonly decoder: WordDecoder;
  readonly run: Run;
}

/**
 * Takes the items' memories as they are now, then decodes lazily, one chunk per step of the iterator. A later hop does
 * not disturb it; a memory closed meanwhile ends without a further word.
 */
export function speak(
  context: SpeakContext,
  items: readonly SpeakItem[],
  options: SpeakOptions = {},
): AsyncGenerator<SpeakUpdate[], void, void> {
  const wanted = context.pack.state.filter(({ name }) => context.session.inputNames.includes(name));
  const memories = items.map(({ memory }) => memory);
  return decode(context, items, startFeeds(context.pack, items, gather(wanted, memories), wanted), options);
}

async function* decode(
  { pack, session, decoder, run }: SpeakContext,
  items: readonly SpeakItem[],
  feeds: Record<string, Tensor>,
  { maxTokens = pack.manifest.maxTokens, chunk = 8, signal }: SpeakOptions,
): AsyncGenerator<SpeakUpdate[], void, void> {
  const utterances = items.map(() => new Utterance(pack.manifest, decoder));
  const open = new Set(items.keys());
  // BOS sits at 1.
  for (let position = 1, left = maxTokens; open.size > 0 && left > 0;) {
    signal?.throwIfAborted();
    feeds['position'] = int64([BigInt(position)], []);
    feeds['max_tokens'] = int64([BigInt(Math.min(chunk, left))], []);
    const out = await run(session, feeds);
    const tokens = out['tokens'];
    const length = tokens.dims[1] ?? 0;
    if (length === 0)
      throw new ModelError('run-failed', `${pack.id}: the speak graph gave no token. Export the pack again.`);
    position += length;
    left -= length;
    const updates = readTokens(tokens, items, utterances, open, left <= 0);
    if (updates.length > 0) yield updates;
    advanceFeeds(pack, feeds, out);
  }
}

function startFeeds(
  { manifest }: Pack,
  items: readonly SpeakItem[],
  state: Readonly<Record<string, Tensor>>,
  wanted: readonly { name: string }[],
): Record<string, Tensor> {
  const rows = items.length;
  const said = new Float32Array(rows * manifest.saidSize);
  for (const [i, item] of items.entries()) said.set(item.said, i * manifest.saidSize);
  const feeds: Record<string, Tensor> = {};
  for (const { name } of wanted) feeds[name] = state[name];
  for (const { name, shape } of manifest.branch) {
    feeds[name] = new Tensor('float32', new Float32Array(0), [rows, shape[0], 0, shape[1]]);
  }
  const counts = items.map(({ memory }) => BigInt(memory.count));
  return {
    ...feeds,
    count: int64(counts, [rows]),
    said: new Tensor('float32', said, [rows, manifest.saidSize]),
    token: int64(
      items.map((item) => taskToken(manifest.tasks, item.task ?? 'describe')),
      [rows],
    ),
    bias: planBias(manifest, items),
  };
}

function taskToken(tasks: Readonly<Record<string, number>>, task: string): bigint {
  const id = tasks[task];
  if (id === undefined) {
    throw new ModelError('bad-input', `The pack knows no task "${task}"; it knows ${Object.keys(tasks).join(', ')}.`);
  }
  return BigInt(id);
}

/**
 * Forces the plan, or the word that begins an abstention, at first (the graph bans it once it has come) and bans the tags
 * of cues that the heads do not see: evidence that is not there cannot be named, and no change claimed that the numbers
 * deny. A task that is to name every cue of its kind is made to.
 */
function planBias(
  { vocabulary, tokens, planned, thresholds, claims }: PackManifest,
  items: readonly SpeakItem[],
): Tensor {
  const bias = new Float32Array(items.length * vocabulary);
  for (const [row, item] of items.entries()) {
    const start = row * vocabulary;
    const { task = 'describe', cues } = item;
    const plan = item.abstain !== true && planned.includes(task);
    bias[start + tokens.plan] = plan ? FORCED : FORBIDDEN;
    bias[start + tokens.unsure] = item.abstain === true ? FORCED : FORBIDDEN;
    const every = thresholds.every[task];
    for (const [cue, threshold] of (every ?? thresholds.cue).entries()) {
      const seen = cues[cue] >= threshold;
      if (!seen || every) bias[start + tokens.firstCue + cue] = seen ? NAMED : FORBIDDEN;
    }
    // A task that names every cue has thresholds of its own, and its words follow its tags.
    if (every) continue;
    for (const token of deniedTokens(claims, item, thresholds.cue)) bias[start + token] = FORBIDDEN;
  }
  return new Tensor('float32', bias, [items.length, vocabulary]);
}

function readTokens(
  tokens: Tensor,
  items: readonly SpeakItem[],
  utterances: readonly Utterance[],
  open: Set<number>,
  last: boolean,
): SpeakUpdate[] {
  const ids = integers(tokens);
  const length = tokens.dims[1] ?? 0;
  const updates: SpeakUpdate[] = [];
  for (const item of open) {
    const utterance = utterances[item];
    // Its memory was wiped under the run: these tokens say nothing of the person any more.
    if (items[item]?.memory.closed) {
      open.delete(item);
      continue;
    }
    let delta = utterance.push(ids.subarray(item * length, (item + 1) * length));
    const done = utterance.ended || last;
    if (done && !utterance.ended) delta += utterance.flush();
    if (done) open.delete(item);
    if (done || delta !== '') {
      updates.push({
        item,
        text: utterance.text,
        delta,
        cues: utterance.cues,
        done,
        truncated: done && !utterance.ended,
      });
    }
  }
  return updates;
}

/** Outputs become inputs: the last tokens, the branch caches, and the bias (in which the graph bans what came). */
function advanceFeeds({ manifest }: Pack, feeds: Record<string, Tensor>, out: InferenceSession.OnnxValueMapType): void {
  const tokens = out['tokens'];
  const [rows = 0, length = 0] = tokens.dims;
  const ids = integers(tokens);
  const lastIds = Array.from({ length: rows }, (_, row) => ids[(row + 1) * length - 1]);
  feeds['token'] = int64(lastIds, [rows]);
  for (const { name } of manifest.branch) feeds[name] = out[`next_${name}`];
  feeds['bias'] = out['next_bias'];
}
