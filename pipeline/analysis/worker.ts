/** Entry of an analysis worker thread: everything that blocks lives here, so that the main thread never does. */
import { parentPort, workerData } from 'node:worker_threads';
import { AnalysisHost } from './analysis-host.ts';
import type { AnalysisModelOptions } from './analysis-models.ts';
import type { FromWorker, ToWorker } from './messages.ts';

const port = parentPort;
if (!port) throw new Error('worker.ts is started by AnalysisPool, as a worker thread');
const post = (message: FromWorker): void => port.postMessage(message);

try {
  const host = await AnalysisHost.open(workerData as AnalysisModelOptions, post);
  port.on('message', (message: ToWorker) => host.receive(message));
  post({ type: 'ready', pack: host.pack, provider: host.provider, notes: host.notes });
} catch (error) {
  const { code, message } = error as Error & { code?: string };
  post({ type: 'failed', code: code ?? 'analysis-start', message });
}
