/** Questions to a pack about one person: which it can answer, and what its answers mean. */
import type { Cause, Over, Summary, Task } from '../events.ts';
import { answerFromSummary } from './call-answers.ts';
import { type Course, NUMBERS } from './course.ts';
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

/** A pack's answer over what it remembers, with the utterance that it names by number. */
export function replyOverWindow(task: Task, text: string, course: Course, span: Span): Reply {
  const number = task === 'cause' ? readCause(text) : undefined;
  const utterance = number == null ? undefined : course.utterance(number);
  return { status: 'ok', text, ...span, ...(utterance && { cause: causeOf(utterance) }) };
}

export interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

/** `sadness: 3.` and `joy: none.`: the number, `null` for none, `undefined` for anything else. */
export function readCause(text: string): number | null | undefined {
  const [, named] = /:\s*(none|\d+)\s*\.?\s*$/.exec(text) ?? [];
  if (named === undefined) return undefined;
  return named === 'none' ? null : Number(named) % NUMBERS;
}

export interface Question {
  readonly task: Task;
  readonly over: Over;
}
