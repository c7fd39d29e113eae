/** A headless Firefox, spoken to by WebDriver BiDi: as much of it as the tests need. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';

const START_MS = 60_000;

// Nothing but what the test asks for: no updates, no telemetry, no lists from afar.
const PREFERENCES = [
  'app.update.enabled',
  'datareporting.healthreport.uploadEnabled',
  'datareporting.policy.dataSubmissionEnabled',
  'toolkit.telemetry.enabled',
  'browser.safebrowsing.malware.enabled',
  'browser.safebrowsing.phishing.enabled',
  'network.captive-portal-service.enabled',
  'network.connectivity-service.enabled',
  'extensions.update.enabled',
  'app.normandy.enabled',
].map((name) => `user_pref("${name}", false);`);

/** A made-up camera and microphone that every page may use: who may use them learns of addresses, too. */
const CALLER = [
  'user_pref("media.navigator.streams.fake", true);',
  'user_pref("permissions.default.camera", 1);',
  'user_pref("permissions.default.microphone", 1);',
];
/** Else it calls nobody on its own machine. */
export const LOOPBACK = 'user_pref("media.peerconnection.ice.loopback", true);';

interface Reply {
  readonly id?: number;
  readonly type: 'success' | 'error' | 'event';
  readonly result?: unknown;
  readonly message?: string;
}

interface Evaluated {
  readonly type: 'success' | 'exception';
  readonly result?: { readonly value?: unknown };
  readonly exceptionDetails?: { readonly text: string };
}

export class Firefox {
  readonly #process: ChildProcess;
  readonly #socket: WebSocket;
  readonly #profile: string;
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  #lastId = 0;
  #context = '';

  private constructor(program: ChildProcess, socket: WebSocket, profile: string) {
    this.#process = program;
    this.#socket = socket;
    this.#profile = profile;
    socket.on('message', (data: Buffer) => {
      const reply = JSON.parse(data.toString()) as Reply;
      if (reply.id !== undefined) this.#waiting.get(reply.id)?.(reply);
    });
  }

  /** @param preferences lines of `user.js` besides our own */
  static async launch(executable: string, ...preferences: string[]): Promise<Firefox> {
    const profile = mkdtempSync(join(tmpdir(), 'undertone-firefox-'));
    writeFileSync(join(profile, 'user.js'), [...PREFERENCES, ...CALLER, ...preferences].join('\n'));
    const program = spawn(
      executable,
      ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port', '0'],
      {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: { ...process.env, HOME: profile },
      },
    );
    const socket = new WebSocket(`${await address(program)}/session`);
    await once(socket, 'open');
    const firefox = new Firefox(program, socket, profile);
    await firefox.#send('session.new', { capabilities: {} });
    const { context } = (await firefox.#send('browsingContext.create', { type: 'tab' })) as { context: string };
    firefox.#context = context;
    return firefox;
  }

  async open(url: string, size: { readonly width: number; readonly height: number }): Promise<void> {
    await this.#send('browsingContext.setViewport', { context: this.#context, viewport: size });
    await this.#send('browsingContext.navigate', { context: this.#context, url, wait: 'complete' });
  }

  /** Runs an expression in the page; promises are waited for. What comes back must be JSON. */
  async evaluate(expression: string): Promise<unknown> {
    const evaluated = (await this.#send('script.evaluate', {
      expression: `Promise.resolve(${expression}).then((value) => JSON.stringify(value ?? null))`,
      target: { context: this.#context },
      awaitPromise: true,
    })) as Evaluated;
    if (evaluated.type === 'exception') throw new Error(`in Firefox: ${evaluated.exceptionDetails?.text}`);
    return JSON.parse(String(evaluated.result?.value));
  }

  /** A PNG of what is to be seen. */
  async screenshot(): Promise<Buffer> {
    const { data } = (await this.#send('browsingContext.captureScreenshot', { context: this.#context })) as {
      data: string;
    };
    return Buffer.from(data, 'base64');
  }

  async close(): Promise<void> {
    this.#socket.close();
    if (this.#process.exitCode === null) {
      this.#process.kill();
      await once(this.#process, 'exit');
    }
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 });
  }

  #send(method: string, params: object): Promise<unknown> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ type, result, message }) => {
        this.#waiting.delete(id);
        if (type === 'success') resolve(result);
        else reject(new Error(`Firefox refused ${method}: ${message}`));
      });
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
  }
}

/** Where it listens: it says so once it does. */
async function address(program: ChildProcess): Promise<string> {
  const lines = createInterface({ input: program.stderr! });
  const signal = AbortSignal.timeout(START_MS);
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('Firefox did not start in time')));
    program.on('exit', (code) => reject(new Error(`Firefox ended with ${code}`)));
    lines.on('line', (line) => {
      const found = /WebDriver BiDi listening on (ws:\/\/\S+)/.exec(line);
      if (found?.[1]) resolve(found[1]);
    });
  });
}
