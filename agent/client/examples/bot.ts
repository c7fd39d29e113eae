/**
 * A bot that listens to a call and answers shifts of mood out loud, by rule; a language model can take the place of
 * `reply`, with `conversation.context(...).text` in its prompt. Try it against `npm start`:
 *
 *     npx tsx agent/client/examples/bot.ts http://127.0.0.1:8080 demo
 *
 * In a project of your own, import from 'undertone/client'.
 */
import { WebSocket } from 'ws';
import { Conversation, UndertoneClient, type Shift } from '../index.ts';

const [url = 'http://127.0.0.1:8080', room = 'demo'] = process.argv.slice(2);

const client = await UndertoneClient.connect({ url, room, name: 'Listener', states: true, WebSocket });
const conversation = Conversation.of(client);
process.once('SIGINT', () => client.close());
process.once('SIGTERM', () => client.close());

conversation.onShift((shift) => {
  const { text, json } = conversation.context(shift.participant, { seconds: 30 });
  console.log(`${json.name ?? shift.participant}: ${reply(shift)}`);
  console.log(`  because: ${text}`);
});
client.on('connection.lost', ({ retryMs }) => console.error(`Lost the call; back in ${Math.round(retryMs)} ms.`));

console.log(`Listening in "${room}". People must have switched their analysis on.`);
for await (const event of client.events()) {
  if (event.type === 'error') console.error(event.message);
}

function reply({ from, to }: Shift): string {
  const brighter = to.valence - from.valence;
  const livelier = to.arousal - from.arousal;
  if (Math.abs(brighter) >= Math.abs(livelier)) {
    if (brighter > 0) return 'Oh, that seems to land well. Shall we go on from there?';
    return 'Hold on, I may have said that badly. What would help you most right now?';
  }
  if (livelier > 0) return 'There is something in that, it seems. Do you want to say more about it?';
  return 'Let us slow down a little. Take your time.';
}
