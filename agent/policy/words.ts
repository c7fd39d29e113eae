/** What the configuration means for participants, in plain words: the receipt and the explanation share them. */
import type { Config } from '../config/schema.ts';
import { visibilityOf } from './visibility.ts';

/** True when the events of a room are stored. */
export function isRecorded({ recording }: Pick<Config, 'recording'>, room: string): boolean {
  return recording.rooms.includes('*') || recording.rooms.includes(room);
}

export function purposeWords({ policy }: Config): string {
  const [first, ...more] = policy.purposes;
  return more.length === 0 ? `Purpose: ${first}.` : `Purposes: ${policy.purposes.join('; ')}.`;
}

/** Who sees the descriptions of a person. */
export function visibilityWords(config: Config): string {
  const visibility = visibilityOf(config);
  const sign = 'that analysis is on for you.';
  if (visibility === 'room') return `Everybody in this room sees the descriptions of you. Everybody also sees ${sign}`;
  if (visibility === 'self') return `Only you see the descriptions of you. Everybody in this room sees ${sign}`;
  return `You see the descriptions of you, and so does who takes part as ${visibility.join(' or ')}. Everybody in this room sees ${sign}`;
}

/** How long what is kept, in a room; without one, in the rooms that are not recorded. */
export function retentionWords(config: Config, room: string | undefined): string {
  const memory =
    'Pictures and sound live in memory for less than a minute; captions, descriptions and a summary in numbers until you leave or switch it off.';
  const log = 'The log keeps only that you agreed or withdrew, when, and to which version of these words.';
  if (room === undefined || !isRecorded(config, room)) return `Nothing is stored. ${memory} ${log}`;
  const forHowLong = hoursWords(config.recording.ttlHours);
  return `This room is recorded: the descriptions of you and their numbers are stored for at most ${forHowLong}, then they are deleted. Pictures, sound and captions are never stored. ${memory} ${log}`;
}

export function withdrawalWords(config: Config, room: string | undefined): string {
  const recorded = room !== undefined && isRecorded(config, room) ? ', and what was stored of you is deleted' : '';
  return `You can switch it off at any time with one click. Then everything the program holds about you is erased within one second${recorded}. The call works the same without it.`;
}

/** Who answers for it, or undefined when the configuration does not say. */
export function contactWords({ policy: { operator, contact } }: Config): string | undefined {
  if (operator === undefined && contact === undefined) return undefined;
  const who = operator === undefined ? '' : `${operator} runs this and answers for it.`;
  return `${who}${contact === undefined ? '' : ` Questions, and wishes to see or delete what is held of you: ${contact}`}`.trim();
}

function hoursWords(hours: number): string {
  if (hours === 1) return 'one hour';
  return hours >= 48 && hours % 24 === 0 ? `${hours / 24} days` : `${hours} hours`;
}
