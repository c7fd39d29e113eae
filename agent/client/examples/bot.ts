/**
 * A bot that listens to a call and answers shifts of mood out loud, by rule; a language model can take the place of
 * `reply`, with `conversation.context(...).text` in its prompt. It does not interrupt: it waits until the person has
 * stopped speaking (`affect.turn`). Try it against `npm start`:
 *
 *     npx tsx agent/client/examples/bot.ts http://127.0.0.1:8080 demo
 *
 * In a project of your own, import from 'undertone/client'. Where the agent asks for room tokens, set UNDERTONE_TOKEN.
 */
import { WebSocket } from 'ws';
import { Conversation, UndertoneClient, type Shift } from '../index.ts';

/** After so long nobody wants to be answered about it any more. */
const STALE_MS = 15_000;
/** Somebody who stopped speaking this lately waits for an answer. */
const TURN_MS = 2000;

const [url = 'http://127.0.0.1:8080', room = 'demo'] = process.argv.slice(2);
const token = process.env['UNDERTONE_TOKEN'];

const client = await UndertoneClient.connect({ url, room, name: 'Listener', WebSocket, ...(token && { token }) });
const conversation = Conversation.of(client);
process.once('SIGINT', () => client.close());
process.once('SIGTERM', () => client.close());

const pending = new Map<string, Shift>();
const stoppedMs = new Map<string, number>();

conversation.onShift((shift) => {
  pending.set(shift.participant, shift);
  // They have stopped already: nobody is interrupted.
  if (client.roomMs() - (stoppedMs.get(shift.participant) ?? -Infinity) < TURN_MS) answer(shift.participant);
});
conversation.onTurn(({ participant }) => {
  stoppedMs.set(participant, client.roomMs());
  answer(participant);
});
client.on('participant.left', ({ participant }) => {
  pending.delete(participant);
  stoppedMs.delete(participant);
});
client.on('connection.lost', ({ retryMs }) => console.error(`Lost the call; back in ${Math.round(retryMs)} ms.`));

console.log(`Listening in "${room}". People must have switched their analysis on.`);
for await (const event of client.events()) {
  if (event.type === 'error') console.error(event.message);
}

function answer(participant: string): void {
  const shift = pending.get(participant);
  pending.delete(participant);
  if (!shift || client.roomMs() - shift.atMs > STALE_MS) return;
  const { text, json } = conversation.context(participant, { seconds: 30 });
  console.log(`${json.name ?? participant}: ${reply(shift)}`);
  console.log(`  because: ${text}`);
}

function reply({ from, to, cause }: Shift): string {
  const brighter = to.valence - from.valence;
  const livelier = to.arousal - from.arousal;
  if (Math.abs(brighter) >= Math.abs(livelier)) {
    if (brighter > 0) return 'Oh, that seems to land well. Shall we go on from there?';
    if (cause?.own === false) return 'Hold on, that may have come across badly. What would help you most right now?';
    return 'Hold on, something seems to weigh on you. Do you want to talk about it?';
  }
  if (livelier > 0) return 'There is something in that, it seems. Do you want to say more about it?';
  return 'Let us slow down a little. Take your time.';
}
