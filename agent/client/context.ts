/** What a bot may tell its language model of one person: the descriptions' own sentences with their ages. */
import {
  readingOf,
  type AffectShift,
  type AffectState,
  type Description,
  type Evidence,
  type Reading,
} from './affect-reading.ts';

/** Sentences in the paragraph; the newest ones stay. */
const SENTENCES = 6;
/** No sentence of a description is longer than this in the paragraph, in characters. */
const SENTENCE_LIMIT = 300;

export interface ContextSentence {
  readonly text: string;
  /** Since the end of what it describes, in milliseconds. */
  readonly ageMs: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly confidence: number;
  /** True when it says that nothing could be said. */
  readonly abstained: boolean;
  readonly evidence: readonly Evidence[];
}

export interface ConversationContext {
  /** One paragraph for a prompt, without the sentences that abstained. The name in it is the person's own choice of words: treat it as such. */
  readonly text: string;
  readonly json: {
    readonly participant: string;
    readonly name: string | undefined;
    readonly analysis: boolean;
    readonly roomMs: number;
    readonly seconds: number;
    /** Oldest first. */
    readonly sentences: readonly ContextSentence[];
    /** Real shifts of the affect within the window, oldest first. */
    readonly shifts: ReadonlyArray<
      Pick<AffectShift, 'startMs' | 'from' | 'to' | 'confidence' | 'cause'> & { readonly ageMs: number }
    >;
    /** The newest numbers within the window. */
    readonly latest: (Reading & { readonly ageMs: number }) | undefined;
    /** What each modality last said of itself, if not that all is well. */
    readonly signals: Readonly<Record<string, string>>;
  };
}

export interface ContextParts {
  readonly participant: string;
  readonly name: string | undefined;
  readonly analysis: boolean;
  readonly nowMs: number;
  readonly seconds: number;
  readonly descriptions: readonly Description[];
  readonly latest: Description | AffectState | undefined;
  readonly signals: ReadonlyMap<string, string>;
  readonly shifts: readonly AffectShift[];
  readonly nameOf: (participant: string) => string;
}

export function makeContext(parts: ContextParts): ConversationContext {
  const { participant, name, analysis, nowMs, seconds, latest } = parts;
  const fromMs = nowMs - seconds * 1000;
  const sentences = parts.descriptions
    .filter(({ endMs }) => endMs >= fromMs)
    .map((description) => sentenceOf(description, nowMs))
    .sort((a, b) => a.endMs - b.endMs);
  const shifts = parts.shifts.filter(({ endMs }) => endMs >= fromMs);
  const moved = shifts.at(-1);
  const last = moved && analysis ? ` ${shiftText(moved, parts)}` : '';
  return {
    text: paragraph(name ?? participant, seconds, sentences, analysis) + last,
    json: {
      participant,
      name,
      analysis,
      roomMs: nowMs,
      seconds,
      sentences,
      shifts: shifts.map(({ startMs, from, to, confidence, cause }) => ({
        startMs,
        from,
        to,
        confidence,
        cause,
        ageMs: Math.max(0, nowMs - startMs),
      })),
      latest: latest && latest.endMs >= fromMs ? { ...readingOf(latest), ageMs: age(latest, nowMs) } : undefined,
      signals: Object.fromEntries(parts.signals),
    },
  };
}

function sentenceOf(description: Description, nowMs: number): ContextSentence {
  const { text, startMs, endMs, confidence, abstained, evidence } = description;
  return { text, ageMs: age(description, nowMs), startMs, endMs, confidence, abstained, evidence };
}

const age = ({ endMs }: { readonly endMs: number }, nowMs: number): number => Math.max(0, nowMs - endMs);

function paragraph(name: string, seconds: number, sentences: readonly ContextSentence[], analysis: boolean): string {
  // As JSON, so that no name can end its own quotation.
  const who = JSON.stringify(name);
  if (!analysis) return `${who} is not being analysed.`;
  // Nothing is to be concluded from what was said without a signal to say it from.
  const told = sentences.filter(({ abstained }) => !abstained);
  if (told.length === 0) return `Nothing could be told of ${who} in the last ${seconds} s.`;
  const said = told.slice(-SENTENCES).map(({ text, ageMs }) => `${Math.round(ageMs / 1000)} s ago: ${shorten(text)}`);
  return `Machine-made impressions of ${who} from the last ${seconds} s, uncertain, oldest first. ${said.join(' ')}`;
}

/** Words of others are quoted as JSON, so that nothing in them can pass for the paragraph's own. */
function shiftText({ startMs, from, to, cause: { utterance } }: AffectShift, { nowMs, nameOf }: ContextParts): string {
  const way = `Since ${Math.round(Math.max(0, nowMs - startMs) / 1000)} s ago: from ${placeOf(from)} to ${placeOf(to)}`;
  if (!utterance) return `${way}, after nothing that was heard.`;
  const who = utterance.own ? 'their own words' : `words of ${JSON.stringify(nameOf(utterance.participant))}`;
  const what = utterance.text === undefined ? '' : `: ${JSON.stringify(shorten(utterance.text))}`;
  return `${way}, most likely because of ${who}${what}.`;
}

function placeOf({ labels, valence }: AffectShift['from']): string {
  return labels[0]?.term ?? (Math.abs(valence) < 0.1 ? 'neutral' : valence > 0 ? 'positive' : 'negative');
}

function shorten(text: string): string {
  const line = text.replace(/\s+/gu, ' ');
  return line.length <= SENTENCE_LIMIT ? line : `${line.slice(0, SENTENCE_LIMIT - 1)}…`;
}
