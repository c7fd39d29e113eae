/** Gives the reader a file to keep. */
import { el } from './dom.ts';

export function save(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'application/x-ndjson' }));
  el('a', { href: address, download: name }).click();
  // The browser has the file by the next turn.
  setTimeout(() => URL.revokeObjectURL(address));
}
