/** Questions to a pack about one person: which it can answer, and what its answers mean. */
import type { Cause, Over, Summary, Task } from '../events.ts';
import { answerFromSummary } from './call-answers.ts';
import type { Course } from './course.ts';
import { causeOf } from './heard.ts';
import type { PackFacts } from './numbers.ts';

/** What comes back for a question, without who asked and about whom. Times are those of events. */
export interface Reply {
  readonly status: 'ok' | 'unsupported' | 'unavailable' | 'refused' | 'busy';
  readonly text: string;
  readonly startMs?: number;
  readonly endMs?: number;
  readonly cause?: Cause;
  readonly summary?: Summary;
}

export const NOTHING_KNOWN: Reply = {
  status: 'unavailable',
  text: 'Nothing is known of this person yet, or not enough can be seen or heard of them. Ask again in a moment.',
};

/** Whether a pack was trained for a task. */
export function canAnswer({ manifest }: PackFacts, task: Task): boolean {
  return Object.hasOwn(manifest.tasks, task);
}

export function unsupported({ id }: PackFacts, task: Task): Reply {
  const text = `The model pack ${id} was not trained for the task "${task}". Use a pack whose pack.json lists it, or ask over the whole call.`;
  return { status: 'unsupported', text };
}

/** An answer over the whole call; no model is needed. */
export function replyOverCall(task: Task, course: Course): Reply {
  const { summary } = course;
  if (summary === undefined) return NOTHING_KNOWN;
  const cause = summary.shifts.at(-1)?.cause.utterance;
  return {
    status: 'ok',
    text: answerFromSummary(task, summary),
    summary,
    ...(task === 'cause' && cause && { cause }),
  };
}

/** A pack's answer over what it remembers. Which words caused what shows is not the pack's to say, but the linker's. */
export function replyOverWindow(task: Task, text: string, { cause }: Course, span: Span): Reply {
  const [emotion, number] = text.split(':');
  if (task !== 'cause' || number === undefined) return { status: 'ok', text, ...span };
  if (cause === undefined) return { status: 'ok', text: `${emotion}, after nothing that was said.`, ...span };
  const told = causeOf(cause);
  return { status: 'ok', text: `${emotion}, after "${told.text}"`, ...span, cause: told };
}

export interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

export interface Question {
  readonly task: Task;
  readonly over: Over;
}
