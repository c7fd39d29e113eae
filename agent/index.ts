/** The door of the agent: what embeds it, and what speaks its protocol. */
export { startAgent, ListenError, type Agent, type AgentParts } from './agent.ts';
export { ConfigError } from './config/config-error.ts';
export { loadConfig, type ConfigSources } from './config/load.ts';
export type { Config } from './config/schema.ts';
export { openParts, type Parts } from './parts.ts';
export { clientMessageSchema, type ClientMessage, type ClientMessageInput } from './protocol/client-messages.ts';
export { serverMessageSchema, type ServerMessage } from './protocol/server-messages.ts';
