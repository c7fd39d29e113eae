/** The switch that stops all analysis, within reach when the server cannot be reached over HTTP. */
import type { Logger } from 'pino';
import type { Agent } from '../agent.ts';

const SIGNAL = 'SIGUSR2';

/** SIGUSR2 stops all analysis at once, as `undertone stop` does. @returns what ends listening */
export function stopOnSignal(agent: Pick<Agent, 'stopAnalysis'>, log: Logger): () => void {
  const stop = (): void => {
    log.warn(`${SIGNAL}: all analysis is stopped; "undertone resume" lets people consent again`);
    agent.stopAnalysis(undefined, 'signal').then(
      ({ people, cleared, tookMs, kept }) => {
        if (cleared) log.info({ people, tookMs, kept }, 'all of it is cleared');
        else log.error({ people }, 'not everything confirmed that it is cleared; restart the process');
      },
      (error: unknown) => log.error({ err: error }, 'stopping failed; end the process instead'),
    );
  };
  process.on(SIGNAL, stop);
  return () => process.off(SIGNAL, stop);
}
