/** What happens in a call that is analysed, for the people in it; made from the configuration, so that it is true. */
import type { Config } from '../config/schema.ts';
import { contactWords, isRecorded, purposeWords, retentionWords, visibilityWords, withdrawalWords } from './words.ts';

export interface ExplanationSection {
  readonly heading: string;
  readonly paragraphs: readonly string[];
}

export interface ExplanationOptions {
  /** The room that is explained; without one, what holds in any. */
  readonly room?: string | undefined;
  /** Model pack in use, `name@version`. */
  readonly pack?: string | undefined;
}

export const EXPLANATION_TITLE = 'About this call';

/** The page, section by section. */
export function explain(config: Config, { room, pack }: ExplanationOptions = {}): readonly ExplanationSection[] {
  return [
    section(
      'In short',
      'This call can be watched by a program called Undertone. It describes how people come across: for example "appears amused, with a raised voice".',
      'It looks at nobody who has not agreed. You are asked before your camera is used, it is off until you say yes, and the call works the same if you say no.',
    ),
    section('What it is for', purposeWords(config), contextWords(config)),
    section(
      'What is computed, if you agree',
      'From your picture: where your face is, how its features move (mouth, brows, eyes), and how your head is turned. From your voice: pitch, loudness, tempo and timbre. From captions, where the call has them: whether the words are warm or cold, glad or sad.',
      'Out of that comes, about twice a second, an estimate of how pleasant, how aroused and how sure of yourself you appear, some words for it, and now and then a sentence, with what it was concluded from and how unsure it is.',
      'It does not recognise who you are, nor your age, sex, origin or health, and it makes no diagnosis. It cannot know what you feel. It is often wrong.',
      pack === undefined
        ? 'Everything is computed on the server of this call.'
        : `Everything is computed on the server of this call, by the model ${pack}.`,
    ),
    section('Who sees it', visibilityWords(config)),
    section('How long it is kept', retention(config, room)),
    section('How to stop it', withdrawalWords(config, room), leavingWords(config, room)),
    section('Your rights', rights(config)),
    section(
      'Whom to ask',
      contactWords(config) ?? 'Ask whoever invited you to this call: no contact was declared here.',
    ),
  ];
}

/** The explanation as plain text, wrapped at 80 columns. */
export function explanationText(sections: readonly ExplanationSection[]): string {
  const blocks = sections.map(
    ({ heading, paragraphs }) => `${heading}\n${'-'.repeat(heading.length)}\n${paragraphs.map(wrap).join('\n\n')}`,
  );
  return `${EXPLANATION_TITLE}\n${'='.repeat(EXPLANATION_TITLE.length)}\n\n${blocks.join('\n\n')}\n`;
}

function section(heading: string, ...paragraphs: string[]): ExplanationSection {
  return { heading, paragraphs };
}

function contextWords({ deployment: { context, basis } }: Config): string {
  const where = context === 'demo' ? 'This is a demonstration' : `It runs in this context: ${context}`;
  if (basis === undefined) return `${where}.`;
  return `${where}. Emotion inference is restricted by law here; it rests on a ${basis.kind} reason, recorded by ${basis.recordedBy} (${basis.reference}).`;
}

function retention(config: Config, room: string | undefined): string {
  const { rooms } = config.recording;
  if (room !== undefined || rooms.length === 0) return retentionWords(config, room);
  const [example] = rooms;
  if (isRecorded(config, '*')) return retentionWords(config, example);
  return `Rooms that are recorded say so before you agree. In all others: ${retentionWords(config, undefined)}`;
}

function rights(config: Config): string {
  const stored =
    config.recording.rooms.length === 0 ? '' : ', and of what was stored of you, and have the latter deleted';
  return `You can ask for a copy of your receipts (what you agreed to, and when)${stored}. Nothing is decided about you by this program.`;
}

function leavingWords(config: Config, room: string | undefined): string {
  const recorded = room === undefined ? config.recording.rooms.length > 0 : isRecorded(config, room);
  const ends = 'Leaving the call ends it, too. Who runs the call can stop the analysis of everybody at once.';
  return recorded
    ? `${ends} What was stored of you then stays until its time is up, or you ask for its deletion.`
    : ends;
}

/** Lines of at most 80 characters. */
function wrap(text: string): string {
  return text.replace(/(.{1,79})(?:\s+|$)/g, '$1\n').trimEnd();
}
