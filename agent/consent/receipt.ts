/** The words a person agrees to, made from the configuration, and their version. */
import { createHash } from 'node:crypto';
import type { Config } from '../config/schema.ts';
import { contactWords, purposeWords, retentionWords, visibilityWords, withdrawalWords } from '../policy/words.ts';
import type { Receipt } from '../protocol/server-messages.ts';

/**
 * Writes the receipt of a room. Its version is a digest of its words, so nobody can agree to words that were changed
 * later. Rooms differ in whether they are recorded.
 */
export function writeReceipt(config: Config, room: string): Receipt {
  const title = 'May Undertone describe how you come across?';
  const contact = contactWords(config);
  const paragraphs = [
    purposeWords(config),
    'If you agree, a program on the server looks at your face and listens to your voice during this call; where the call has live captions, it reads yours. It writes short descriptions of how you appear and sound, such as "appears amused". It cannot know what you feel, and it is often wrong.',
    visibilityWords(config),
    retentionWords(config, room),
    withdrawalWords(config, room),
    ...(contact === undefined ? [] : [contact]),
  ];
  const digest = createHash('sha256')
    .update(JSON.stringify([title, paragraphs]))
    .digest('hex');
  return { version: `r1-${digest.slice(0, 12)}`, title, paragraphs };
}

/** Every receipt is written once: `receiptOf(room)` is asked whenever somebody enters or consents. */
export function receiptWriter(config: Config): (room: string) => Receipt {
  const recorded = new Set(config.recording.rooms);
  const unrecorded = '';
  const written = new Map<string, Receipt>();
  return (room) => {
    // All rooms that are not recorded share one; rooms named in the configuration are few.
    const key = recorded.has('*') ? '*' : recorded.has(room) ? room : unrecorded;
    const receipt = written.get(key) ?? writeReceipt(config, room);
    written.set(key, receipt);
    return receipt;
  };
}
