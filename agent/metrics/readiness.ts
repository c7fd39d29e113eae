/** Whether this process can take calls now, and what is missing when it cannot. */
import type { Sfu } from '../../sfu/index.ts';
import type { Analysis } from '../rooms/analysis.ts';
import { answered } from '../answered.ts';

/** Whoever asks has little patience: an orchestrator gives up after a second or two. */
const ANSWER_WITHIN_MS = 800;

export interface Readiness {
  readonly ready: boolean;
  /** By part: `ok`, or what is wrong and what to do. */
  readonly checks: Readonly<Record<'models' | 'workers' | 'sfu' | 'accepting', string>>;
}

/** Asks every part; a part that does not answer in time is not ready. */
export async function readiness(parts: { sfu: Sfu; analysis: Analysis; draining: boolean }): Promise<Readiness> {
  const { sfu, analysis, draining } = parts;
  const [workers, engine] = await Promise.all([
    answered(analysis.stats(), ANSWER_WITHIN_MS),
    answered(sfu.stats(), ANSWER_WITHIN_MS),
  ]);
  const { started, lost } = analysis.workers;
  const checks = {
    models: started > lost ? 'ok' : 'no analysis thread holds the models any more; restart the process',
    workers: workersCheck(workers === undefined, started, lost),
    sfu: engine ? 'ok' : `the SFU (${sfu.engine}) does not answer; if that lasts, restart the process`,
    accepting: draining ? 'shutting down; send calls elsewhere' : 'ok',
  };
  return { ready: Object.values(checks).every((check) => check === 'ok'), checks };
}

function workersCheck(silent: boolean, started: number, lost: number): string {
  if (lost > 0) return `${lost} of ${started} analysis threads are lost; restart the process`;
  return silent ? 'an analysis thread does not answer: it is overloaded, or stuck; analyse fewer people' : 'ok';
}
