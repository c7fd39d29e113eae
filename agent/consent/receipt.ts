/** The words a person agrees to, made from the configuration, and their version. */
import { createHash } from 'node:crypto';
import { resultsVisibleTo } from '../config/deployment.ts';
import type { Config } from '../config/schema.ts';
import type { Receipt } from '../protocol/server-messages.ts';

/** Writes the receipt. Its version is a digest of its words, so nobody can agree to words that were changed later. */
export function writeReceipt(config: Config): Receipt {
  const title = 'May Undertone describe how you come across?';
  const paragraphs = [
    `Purpose: ${config.policy.purpose}.`,
    'If you agree, a program on the server looks at your face and listens to your voice during this call. It writes short descriptions of how you appear and sound, such as "appears amused". It cannot know what you feel, and it is often wrong.',
    resultsVisibleTo(config) === 'room'
      ? 'Everybody in this room sees the descriptions of you. Everybody also sees that analysis is on for you.'
      : 'Only you see the descriptions of you. Everybody in this room sees that analysis is on for you.',
    'Nothing is stored. Pictures, sound and descriptions live in memory for less than a minute. The log keeps only that you agreed, when, and to which version of these words.',
    'You can switch it off at any time with one click. Then everything the program holds about you is erased within one second. The call works the same without it.',
  ];
  const digest = createHash('sha256')
    .update(JSON.stringify([title, paragraphs]))
    .digest('hex');
  return { version: `r1-${digest.slice(0, 12)}`, title, paragraphs };
}
