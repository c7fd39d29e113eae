/** Token ids to words. */
import { readFile } from 'node:fs/promises';
import { Tokenizer } from '@huggingface/tokenizers';
import { z } from 'zod';
import { ModelError } from './runtime/errors.ts';

/** The part of a tokenizer that speaking needs. */
export interface WordDecoder {
  /** Plain words of the ids; special tokens fall out. */
  decode(ids: number[]): string;
}

/** Loads a Hugging Face `tokenizer.json`. Throws {@link ModelError} `pack-invalid`. */
export async function loadTokenizer(path: string): Promise<WordDecoder> {
  try {
    const tokenizer = new Tokenizer(z.looseObject({}).parse(JSON.parse(await readFile(path, 'utf8'))), {});
    return {
      decode: (ids) => tokenizer.decode(ids, { skip_special_tokens: true, clean_up_tokenization_spaces: false }).trim(),
    };
  } catch (cause) {
    throw new ModelError(
      'pack-invalid',
      `${path} is not a tokenizer this version reads. Export the pack again.`,
      cause,
    );
  }
}
