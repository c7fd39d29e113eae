import { describe, expect, it } from 'vitest';
import { loadPack } from '../../../models/index.ts';
import { Utterance } from '../../../models/runtime/utterance.ts';
import { PACK_DIR } from '../test-pack.ts';

const WORDS = ['sm', 'iles', ' and', ' laughs', '.'];
const { manifest } = await loadPack(PACK_DIR);
const { plan, sep, eos, firstCue } = manifest.tokens;
/** Ids beyond the vocabulary stand for the words above. */
const word = (i: number) => manifest.vocabulary + i;
const utter = () =>
  new Utterance(manifest, { decode: (ids) => ids.map((id) => WORDS[id - manifest.vocabulary]).join('') });
const ids = (...numbers: number[]) => numbers.map(BigInt);

describe('an utterance', () => {
  it('keeps the planned cues and the words apart', () => {
    const utterance = utter();
    utterance.push(ids(plan, firstCue + 2, firstCue, sep, word(0), word(1), eos, word(3)));
    expect(utterance).toMatchObject({ cues: [2, 0], text: 'smiles', ended: true });
  });

  it('gives out whole words only, and each once, whatever the chunks', () => {
    const utterance = utter();
    const deltas = [ids(plan, sep, word(0)), ids(word(1)), ids(word(2), word(3)), ids(word(4), eos)].map((chunk) =>
      utterance.push(chunk),
    );
    expect(deltas).toEqual(['', '', 'smiles and', ' laughs.']);
  });

  it('takes a tag among the words for neither word nor evidence', () => {
    const utterance = utter();
    utterance.push(ids(plan, sep, word(0), firstCue + 1, word(1), eos));
    expect(utterance).toMatchObject({ cues: [], text: 'smiles' });
  });

  it('ends a plan that lacks its end with the first word', () => {
    const utterance = utter();
    utterance.push(ids(plan, firstCue, word(0), firstCue + 1, word(1), eos));
    expect(utterance).toMatchObject({ cues: [0], text: 'smiles' });
  });

  it('cut short gives its last word when flushed', () => {
    const utterance = utter();
    utterance.push(ids(plan, sep, word(0), word(1), word(2)));
    expect([utterance.text, utterance.flush(), utterance.text]).toEqual(['smiles', ' and', 'smiles and']);
  });
});
