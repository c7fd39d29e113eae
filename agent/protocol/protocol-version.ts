/** The version of the protocol; a test holds it to the schemas. */

/**
 * Raised whenever the schemas change such that an old client or server could misread a message. Both sides compare it in
 * `session.ready`.
 */
export const PROTOCOL_VERSION = 2;
