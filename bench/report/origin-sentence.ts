import type { Origin } from '../origin.ts';

/** A load above this share of the cores means that the machine was not free. */
const BUSY = 0.25;

/** Machine, version and revision in words, and whether the machine was free. */
export function originSentence({ machine, version }: Origin): string[] {
  const revision =
    version.revision === null
      ? ''
      : `, revision ${version.revision.slice(0, 9)}${version.dirty === true ? ' with changes' : ''}`;
  const lines = [
    `Machine: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.platform} ${machine.arch}` +
      `${machine.governor === null ? '' : `, governor ${machine.governor}`}; load before: ${machine.loadBefore}.`,
    `Undertone ${version.undertone}${revision}, Node ${version.node}.`,
  ];
  if (machine.loadBefore > machine.cores * BUSY)
    lines.push(
      `The machine was busy with other work before (load ${machine.loadBefore} on ${machine.cores} cores): these figures are a lower bound of what it can do.`,
    );
  return lines;
}
