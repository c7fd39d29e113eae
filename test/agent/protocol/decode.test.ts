import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clientMessageSchema } from '../../../agent/protocol/client-messages.ts';
import { decodeFrame } from '../../../agent/protocol/decode.ts';
import { serverMessageSchema } from '../../../agent/protocol/server-messages.ts';

describe('decodeFrame', () => {
  it('never throws, whatever a client sends', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.jsonValue().map((value) => JSON.stringify({ type: 'caption', ...Object(value) })),
        ),
        (text) => {
          const decoded = decodeFrame(clientMessageSchema, text);
          expect(decoded.ok || decoded.reason.length > 0).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('says what is wrong without repeating what was sent', () => {
    const decoded = decodeFrame(
      clientMessageSchema,
      JSON.stringify({ type: 'caption', text: 'something private', startMs: 'x', endMs: 1 }),
    );
    expect(decoded.ok ? '' : decoded.reason).toMatch(/^startMs: /);
    expect(JSON.stringify(decoded)).not.toContain('private');
  });

  it('tells an unknown type from text that is not JSON', () => {
    expect(decodeFrame(clientMessageSchema, '{"type":"dance"}')).toEqual({ ok: false, reason: 'unknown message type' });
    expect(decodeFrame(clientMessageSchema, '{')).toEqual({ ok: false, reason: 'the frame is not JSON' });
  });

  it('fills in defaults and takes invisible characters out of names', () => {
    const decoded = decodeFrame(
      clientMessageSchema,
      JSON.stringify({ type: 'session.start', room: 'lobby', name: ' Mi\u202Ea \n B\u200B ' }),
    );
    expect(decoded).toEqual({
      ok: true,
      message: { type: 'session.start', room: 'lobby', name: 'Mia B', watch: false, states: false, deltas: false },
    });
  });

  it.each(['', '-a', 'a b', 'ä', 'a'.repeat(65), '../x'])('refuses the room name %j', (room) => {
    expect(decodeFrame(clientMessageSchema, JSON.stringify({ type: 'session.start', room })).ok).toBe(false);
  });

  it('reads what the server says, and refuses what it would never say', () => {
    expect(decodeFrame(serverMessageSchema, '{"type":"participant.left","participant":"p-1"}').ok).toBe(true);
    expect(decodeFrame(serverMessageSchema, '{"type":"affect.description","seq":-1}').ok).toBe(false);
  });
});
