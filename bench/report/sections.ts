import type { Section } from './html.ts';
import type { AnyReport } from './read-report.ts';
import { capacitySections } from './sections/capacity.ts';
import { costSections } from './sections/cost.ts';
import { forwardSections } from './sections/forward.ts';
import { idleSections } from './sections/idle.ts';
import { latencySections } from './sections/latency.ts';
import { qualitySections } from './sections/quality.ts';
import { soakSections } from './sections/soak.ts';

/** The page's sections of one report. */
export function sectionsOf(report: AnyReport): Section[] {
  if (report.benchmark === 'latency') return latencySections(report);
  if (report.benchmark === 'capacity') return capacitySections(report);
  if (report.benchmark === 'cost') return costSections(report);
  if (report.benchmark === 'forward') return forwardSections(report);
  if (report.benchmark === 'idle') return idleSections(report);
  if (report.benchmark === 'soak') return soakSections(report);
  return qualitySections(report);
}
