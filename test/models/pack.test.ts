import { describe, expect, it } from 'vitest';
import { AffectModel, loadPack } from '../../models/index.ts';
import { PACK_DIR, copyPack, editManifest } from './test-pack.ts';

describe('a model pack', () => {
  it('loads with every file verified and its initial state read', async () => {
    const pack = await loadPack(PACK_DIR);
    expect(pack.id).toBe(`${pack.manifest.name}@${pack.manifest.version}`);
    for (const { size, shape, initial } of pack.state) {
      expect(size).toBe(shape.reduce((a, b) => a * b, 1));
      expect(initial?.length ?? size).toBe(size);
    }
    expect(pack.state.some(({ initial }) => initial?.some((x) => x !== 0))).toBe(true);
  });

  it('is refused with the name of the file in which one bit flipped', async () => {
    const flip = (bytes: Buffer) => {
      bytes[bytes.length >> 1] ^= 1;
      return bytes;
    };
    const file = (await loadPack(PACK_DIR)).manifest.variants[0].graphs.hop;
    await using broken = await copyPack({ [file]: flip }, { rehash: false });
    await expect(loadPack(broken.dir)).rejects.toMatchObject({
      code: 'pack-corrupt',
      message: expect.stringContaining(file),
    });
  });

  it('is refused when it was made for other features', async () => {
    await using other = await copyPack(
      { 'pack.json': editManifest((m) => void (m['featuresVersion'] = 99)) },
      { rehash: false },
    );
    await expect(loadPack(other.dir)).rejects.toMatchObject({
      code: 'pack-mismatch',
      message: expect.stringContaining('99'),
    });
  });

  it('is refused when its graph has other tensors than its pack.json says, naming graph and tensor', async () => {
    const edit = editManifest((m) => void (m['saidSize'] = 9));
    await using other = await copyPack({ 'pack.json': edit }, { rehash: false });
    await expect(AffectModel.open({ packDir: other.dir })).rejects.toMatchObject({
      code: 'pack-mismatch',
      message: expect.stringMatching(/hop.*\.onnx: input said/),
    });
  });

  it('is refused when it names a file outside its folder or one without a hash', async () => {
    await using outside = await copyPack(
      { 'pack.json': editManifest((m) => void (m['tokenizer'] = '../tokenizer.json')) },
      { rehash: false },
    );
    await expect(loadPack(outside.dir)).rejects.toMatchObject({
      code: 'pack-invalid',
      message: expect.stringContaining('tokenizer'),
    });
    await using unhashed = await copyPack(
      { 'pack.json': editManifest((m) => void (m['tokenizer'] = 'other.json')) },
      { rehash: false },
    );
    await expect(loadPack(unhashed.dir)).rejects.toMatchObject({
      code: 'pack-invalid',
      message: expect.stringContaining('other.json'),
    });
  });

  it('that is not there is said to be missing, with the path', async () => {
    await expect(loadPack('/no/such/pack')).rejects.toMatchObject({
      code: 'pack-missing',
      message: expect.stringContaining('/no/such/pack'),
    });
  });
});
