/** Files that outlive the machine: what is written is on disk when it resolves, not merely on the way there. */
import { readFileSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';

/** Only this user may read what is made here. */
const MODE = 0o600;

/** The text of a file; undefined when there is none yet. */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

export async function appendDurably(path: string, text: string): Promise<void> {
  await store(path, 'a', text);
}

/** Whoever reads it finds the old text or the new one, whenever the machine fails. */
export async function replaceDurably(path: string, text: string): Promise<void> {
  const draft = draftOf(path);
  await store(draft, 'w', text);
  await rename(draft, path);
}

/** Where {@link replaceDurably} writes first. */
export function draftOf(path: string): string {
  return `${path}.new`;
}

async function store(path: string, flags: 'a' | 'w', text: string): Promise<void> {
  const file = await open(path, flags, MODE);
  try {
    await file.appendFile(text);
    await file.datasync();
  } finally {
    await file.close();
  }
}
