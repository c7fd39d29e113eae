import { describe, expect, it } from 'vitest';
import { AffectModel, loadPack } from '../../models/index.ts';
import { scramble } from './scramble.ts';
import { PACK_DIR, copyPack } from './test-pack.ts';
import { texts, watch } from './watching.ts';

const REFERENCE = Array.from({ length: 24 }, (_, i) => i + 1);
const OTHERS = [101, 102, 103, 104, 105, 106, 107, 108];

async function say(packDir: string, people: readonly number[]): Promise<string[]> {
  await using model = await AffectModel.open({ packDir });
  const { memories, last } = await watch(model, people, 6);
  return (await texts(model, memories, last)).map(({ text }) => text);
}

const pairs = (text: string): string[] => {
  const words = text.toLowerCase().match(/[\w’'-]+/g) ?? [];
  return words.slice(1).map((word, i) => `${words[i]} ${word}`);
};

/** Share of neighbouring words in these texts that the pack also uses side by side when it describes other people. */
function fluency(said: readonly string[], reference: readonly string[]): number {
  const known = new Set(reference.flatMap(pairs));
  const all = said.flatMap(pairs);
  return all.filter((pair) => known.has(pair)).length / Math.max(1, all.length);
}

describe('the words of a description', () => {
  it('come out of the decoder: shuffle its weights, all else equal, and they fall apart', async () => {
    const speak = (await loadPack(PACK_DIR)).manifest.variants[0].graphs.speak;
    await using scrambled = await copyPack({ [speak]: scramble }, { rehash: true });
    const reference = await say(PACK_DIR, REFERENCE);
    expect(fluency(await say(PACK_DIR, OTHERS), reference)).toBeGreaterThan(0.7);
    expect(fluency(await say(scrambled.dir, OTHERS), reference)).toBeLessThan(0.2);
  });

  it('differ between people whose faces and voices differ', async () => {
    expect(new Set(await say(PACK_DIR, OTHERS)).size).toBeGreaterThan(OTHERS.length / 2);
  });
});
