/** The version of the protocol, and what of the schemas it stands for. */
export { PROTOCOL_VERSION } from './participants.ts';
