/** How often the sign of utterances is read right, and what the reading's trust is worth. */
import contract from '../../../../models/features.json' with { type: 'json' };
import { CAPTION_WIDTH, captionFeatures } from '../../../../pipeline/sense/caption/caption-features.ts';

/** A valence nearer to 0 than this says nothing; half of what a description needs to call words positive or negative. */
const NEUTRAL_BELOW = 0.15;
/** A reading above this is one to build on. */
export const TRUSTED = 0.5;
const UNPLEASANT = ['sadness', 'anger', 'fear', 'disgust'];

export interface Labelled {
  readonly text: string;
  readonly sign: -1 | 0 | 1;
  readonly kind: string;
}

export interface Read extends Labelled {
  readonly read: number;
  readonly trust: number;
  /** Named emotions that cannot go with the sign. */
  readonly misnamed: boolean;
}

const SIGNS = { '+': 1, '-': -1, '0': 0 } as const;

/** One utterance: `+`, `-` or `0`, a space, the words. */
export function labelled(line: string, kind: string): Labelled {
  return { kind, sign: SIGNS[line[0] as keyof typeof SIGNS], text: line.slice(2) };
}

/** The utterances of a file: one a line, `[kind]` above those of a kind; other lines are remarks. */
export function labelledLines(file: string): Labelled[] {
  let kind = '';
  const found: Labelled[] = [];
  for (const line of file.split('\n')) {
    kind = /^\[(.+)\]$/.exec(line)?.[1] ?? kind;
    if (/^[+0-] /.test(line)) found.push(labelled(line, kind));
  }
  return found;
}

export function readAll(said: readonly Labelled[]): Read[] {
  const row = new Float32Array(CAPTION_WIDTH);
  const at = (name: string): number => row[contract.caption.features.indexOf(name)];
  return said.map((utterance) => {
    captionFeatures(utterance.text, row);
    const valence = at('valence');
    const unpleasant = UNPLEASANT.some((name) => at(name) > 0);
    const misnamed = (utterance.sign >= 0 && unpleasant) || (utterance.sign <= 0 && at('joy') > 0);
    const read = Math.abs(valence) < NEUTRAL_BELOW ? 0 : Math.sign(valence);
    return { ...utterance, read, trust: at('trust'), misnamed };
  });
}

export const share = (part: readonly unknown[], of: readonly unknown[]): number => part.length / of.length;
export const right = (said: readonly Read[]): Read[] => said.filter(({ read, sign }) => read === sign);
export const telling = (said: readonly Read[]): Read[] => said.filter(({ sign }) => sign !== 0);
export const trusted = (said: readonly Read[]): Read[] => said.filter(({ trust }) => trust >= TRUSTED);
/** Read as the opposite. */
export const turned = (said: readonly Read[]): Read[] => said.filter(({ read, sign }) => read * sign < 0);

export function table(title: string, said: readonly Read[]): string {
  const line = (name: string, part: readonly Read[], of: readonly Read[]): string =>
    `  ${name.padEnd(28)}${String(part.length).padStart(4)} of ${String(of.length).padEnd(4)}${share(part, of).toFixed(2)}`;
  const kinds = [...new Set(said.map(({ kind }) => kind))];
  const some = (name: string, is: (u: Read) => boolean): string => line(name, right(said.filter(is)), said.filter(is));
  const sure = trusted(said);
  return [
    `${title}: sign of valence right (0 below ${NEUTRAL_BELOW})`,
    ...kinds.map((kind) => some(kind, (u) => u.kind === kind)),
    ...[1, 0, -1].map((sign) => some(`sign ${sign}`, (u) => u.sign === sign)),
    some('all', () => true),
    some('not neutral', ({ sign }) => sign !== 0),
    line('turned around', turned(said), said),
    line(`trusted (${TRUSTED} or more)`, sure, said),
    line('right where trusted', right(sure), sure),
    line('turned around yet trusted', turned(sure), sure),
    line(
      'an emotion that cannot be',
      said.filter(({ misnamed }) => misnamed),
      said,
    ),
  ].join('\n');
}
