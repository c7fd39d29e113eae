/**
 * `undertone/client`: for platforms and bots, in browsers and in Node. Nothing in here needs Node.
 *
 *     const client = await UndertoneClient.connect({ url: 'http://127.0.0.1:8080', room: 'demo' });
 *     const conversation = Conversation.of(client);
 *     conversation.onShift(({ participant }) => say(conversation.context(participant).text));
 *     for await (const event of client.events()) if (event.type === 'affect.description') show(event.text);
 */
export {
  UndertoneClient,
  type AskOptions,
  type CaptionInput,
  type ClientCounters,
  type ClientOptions,
  type SubscribeInput,
} from './client.ts';
export { ClientError, type ClientErrorCode } from './client-error.ts';
export type { ClientEvent, ClientEventOf, LocalEvent } from './client-events.ts';
export type { BackOffOptions } from './back-off.ts';
export type { EventStream } from './event-queue.ts';
export type { Runtime, SocketConstructor, SocketLike } from './runtime.ts';
export { Conversation, type ConversationOptions } from './conversation.ts';
export type { ContextSentence, ConversationContext } from './context.ts';
export type { Evidence, Reading, Shift, Turn } from './affect-reading.ts';
export { PROTOCOL_VERSION } from '../protocol/protocol-version.ts';
export type { ClientMessageInput } from '../protocol/client-messages.ts';
export type { Answer, ServerMessage, SessionReady } from '../protocol/server-messages.ts';
