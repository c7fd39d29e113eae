/** A real TURN server on loopback. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../support/free-port.ts';

export interface TurnServer {
  /** As `sfu.iceServers` has it. */
  readonly iceServer: { readonly urls: readonly string[]; readonly username: string; readonly credential: string };
  close(): Promise<void>;
}

const [USERNAME, CREDENTIAL] = ['calls', 'secret'];
const READY_WITHIN_MS = 30_000;

/** Starts coturn; callers reach it over `transport`. */
export async function startTurnServer(program: string, transport: 'udp' | 'tcp'): Promise<TurnServer> {
  const port = await freePort();
  const flags = '-n --no-cli --no-tls --no-dtls --no-rfc5780 --lt-cred-mech --allow-loopback-peers';
  const places = `--listening-ip=127.0.0.1 --listening-port=${port} --relay-ip=127.0.0.1 --pidfile=/dev/null`;
  const who = `--realm=undertone.test --user=${USERNAME}:${CREDENTIAL} --log-file=stdout`;
  const command = `${flags} ${places} ${who}`;
  const server = spawn(program, command.split(' '), { stdio: 'ignore' });
  const ended = once(server, 'exit');
  const close = async (): Promise<void> => {
    server.kill('SIGKILL');
    await ended;
  };
  if (await Promise.race([answers(port), ended.then(() => false)]))
    return {
      iceServer: {
        urls: [`turn:127.0.0.1:${port}?transport=${transport}`],
        username: USERNAME,
        credential: CREDENTIAL,
      },
      close,
    };
  await close();
  throw new Error(`${program} ${command} does not start`);
}

async function answers(port: number): Promise<boolean> {
  const endMs = performance.now() + READY_WITHIN_MS;
  while (performance.now() < endMs) {
    const socket = connect(port, '127.0.0.1');
    const open = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (open) return true;
    await sleep(50);
  }
  return false;
}
