/** How `undertone analyze` writes its events: JSON lines for programs, text for a terminal, one HTML page to look at. */
import { basename } from 'node:path';
import type { AffectEvent, AffectShift, Description } from '../../pipeline/index.ts';
import { clock } from './clock.ts';
import { renderReport } from './html-report.ts';

export const ANALYZE_FORMATS = ['jsonl', 'text', 'html'] as const;
export type AnalyzeFormat = (typeof ANALYZE_FORMATS)[number];

/** Turns events into text; `end` gives what can only be written when all is known. */
export interface EventWriter {
  event(event: AffectEvent): string;
  end(): string;
}

export function createWriter(format: AnalyzeFormat, file: string): EventWriter {
  if (format === 'jsonl') return { event: (event) => `${JSON.stringify(event)}\n`, end: () => '' };
  if (format === 'text') return { event: textLine, end: () => '' };
  const events: AffectEvent[] = [];
  return {
    event(event) {
      events.push(event);
      return '';
    },
    end: () => renderReport(basename(file), events),
  };
}

const signed = (x: number): string => (x < 0 ? '' : '+') + x.toFixed(2);

function textLine(event: AffectEvent): string {
  const at = clock(event.endMs).padStart(8);
  if (event.type === 'affect.description') return `${at}  ${event.text}\n${' '.repeat(10)}${numbersOf(event)}\n`;
  if (event.type === 'signal')
    return `${at}  [${event.modality}: ${event.state}${event.detail ? `; ${event.detail}` : ''}]\n`;
  if (event.type === 'affect.shift')
    return `${at}  [since ${clock(event.startMs)}: v ${moved(event, 'valence')}, a ${moved(event, 'arousal')}]\n`;
  if (event.type === 'affect.turn') return `${at}  [stopped speaking]\n`;
  if (event.type === 'affect.delta') return '';
  return `${at}  v ${signed(event.valence.mean)}  a ${signed(event.arousal.mean)}  d ${signed(event.dominance.mean)}\n`;
}

function moved({ from, to }: AffectShift, axis: 'valence' | 'arousal'): string {
  return `${signed(from[axis])} to ${signed(to[axis])}`;
}

function numbersOf(event: Description): string {
  const terms = event.labels.map(({ term, score }) => `${term} ${score.toFixed(2)}`).join(', ');
  const estimate = ({ mean, sd }: Description['valence']): string => `${signed(mean)} ±${sd.toFixed(2)}`;
  return `valence ${estimate(event.valence)}, arousal ${estimate(event.arousal)}${terms ? `; ${terms}` : ''}`;
}
