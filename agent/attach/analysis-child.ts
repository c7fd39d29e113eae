/** One child process that analyses: started, talked to, listened for, and made to end. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { AttachError } from './attach-error.ts';
import type { AnalysisOptions, FromProcess, ToProcess } from './wire.ts';

/** The first start on a machine converts the face nets. */
const READY_WITHIN_MS = 180_000;
const PING_MS = 5000;
/** Its main thread only passes messages: silent for so long, it hangs. */
const SILENT_MS = 20_000;
const GRACE_MS = 5000;
/** Of what it wrote to standard error, this much is kept for the message when it dies. */
const TAIL_CHARS = 2000;
/** As Node, node-av and onnxruntime-node say it. */
const MISSING_PART = /Cannot find (module|package)|Could not load|ERR_DLOPEN_FAILED/;
const REINSTALL =
  'A native part is missing, or is one for another system: install undertone on this machine itself ("npm ci --include=optional"), and copy no node_modules between systems.';

export type Ready = Extract<FromProcess, { type: 'ready' }>;

export class AnalysisChild {
  readonly #process: ChildProcess;
  readonly #heartbeat: NodeJS.Timeout;
  #heardMs = performance.now();
  #tail = '';

  private constructor(process: ChildProcess, hear: (message: FromProcess) => void) {
    this.#process = process;
    process.on('message', (message: FromProcess) => {
      this.#heardMs = performance.now();
      hear(message);
    });
    // Errors of the channel come with the exit; without a listener they would end the platform's process.
    process.on('error', () => {});
    process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#tail = (this.#tail + text).slice(-TAIL_CHARS);
    });
    this.#heartbeat = setInterval(() => this.#beat(), PING_MS);
    this.#heartbeat.unref();
    process.once('exit', () => clearInterval(this.#heartbeat));
  }

  /** Starts a child and waits for its models. @throws {AttachError} `analysis-start`; nothing is left running then */
  static async start(options: AnalysisOptions, hear: (message: FromProcess) => void): Promise<[AnalysisChild, Ready]> {
    let settle: (message: FromProcess) => void = () => {};
    const child = new AnalysisChild(spawn(), (message) => {
      settle(message);
      hear(message);
    });
    const answered = new Promise<FromProcess>((resolve) => {
      settle = (message) => {
        if (message.type === 'ready' || message.type === 'failed') resolve(message);
      };
    });
    child.send({ type: 'open', options });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(() => resolve(`was not ready within ${READY_WITHIN_MS / 1000} s`), READY_WITHIN_MS);
    });
    const answer = await Promise.race([answered, child.exited, late]);
    clearTimeout(timer);
    if (typeof answer !== 'string' && answer.type === 'ready') return [child, answer];
    child.kill();
    const why = typeof answer === 'string' ? answer : 'message' in answer ? `said: ${answer.message}` : answer.type;
    const said = why.trim().replace(/\s*\.$/, '') + child.lastWords;
    const help = MISSING_PART.test(said) ? `\n${REINSTALL}` : '';
    throw new AttachError('analysis-start', `The process that analyses did not start: it ${said}${help}`);
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Resolves with how it ended. */
  get exited(): Promise<string> {
    const { exitCode, signalCode } = this.#process;
    if (exitCode !== null || signalCode !== null) return Promise.resolve(ending(exitCode, signalCode));
    return new Promise((resolve) => {
      this.#process.once('exit', (code, signal) => resolve(ending(code, signal)));
      // A process that could not even be forked has no exit.
      this.#process.once('error', (error) => resolve(`could not be run: ${error.message}`));
    });
  }

  get lastWords(): string {
    const tail = this.#tail.trim();
    return tail === '' ? '.' : `. Its last words:\n${tail}`;
  }

  send(message: ToProcess): void {
    // Fails only when the child is gone, which its exit tells.
    if (this.#process.connected) this.#process.send(message, () => {});
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }

  /** Asks it to end, and after 5 s makes it. */
  async close(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exit = once(this.#process, 'exit');
    this.send({ type: 'close' });
    const timer = setTimeout(() => this.kill(), GRACE_MS);
    await exit;
    clearTimeout(timer);
  }

  #beat(): void {
    if (performance.now() - this.#heardMs > SILENT_MS) this.kill();
    else this.send({ type: 'ping' });
  }
}

function ending(code: number | null, signal: NodeJS.Signals | null): string {
  return `ended with ${signal ?? `code ${code}`}`;
}

function spawn(): ChildProcess {
  const fromSources = import.meta.url.endsWith('.ts');
  const program = fileURLToPath(new URL(`./process-main.${fromSources ? 'ts' : 'js'}`, import.meta.url));
  return fork(program, [], {
    // The platform's own switches (--inspect, loaders) are not for this process.
    execArgv: fromSources ? ['--import', import.meta.resolve('tsx')] : [],
    // Packets travel as bytes, not as JSON.
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
}
