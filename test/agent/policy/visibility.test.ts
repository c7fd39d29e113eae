import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maySee, visibilityKind, visibilityOf } from '../../../agent/policy/visibility.ts';
import { config } from '../fakes.ts';

const mia = { id: 'mia', externalId: 'user-7' };
const robin = { id: 'robin', roles: [] };
const coach = { id: 'bot', roles: ['coach'] };

describe('maySee', () => {
  it.each([
    ['self', robin, false],
    ['room', robin, true],
    [['coach'], robin, false],
    [['coach'], coach, true],
    [['host', 'coach'], coach, true],
    ['self', coach, false],
    ['room', { ...robin, sees: [] }, false],
    ['room', { ...robin, sees: ['mia'] }, true],
    ['room', { ...robin, sees: ['user-7'] }, true],
    [['coach'], { ...coach, sees: ['somebody-else'] }, false],
    ['self', { ...robin, sees: ['mia'] }, false],
  ] as const)('under %j lets %j see another: %s', (visibility, onlooker, seen) => {
    expect(maySee(visibility, onlooker, mia)).toBe(seen);
  });

  const words = fc.constantFrom('mia', 'user-7', 'robin', 'coach', 'host');
  const visibility = fc.oneof(fc.constantFrom('self' as const, 'room' as const), fc.array(words, { minLength: 1 }));
  const onlooker = fc.record({ id: words, roles: fc.array(words) });

  it('never lets a token widen what the policy allows', () => {
    fc.assert(
      fc.property(visibility, onlooker, fc.array(words), (policy, viewer, sees) => {
        const narrowed = maySee(policy, { ...viewer, sees }, mia);
        expect(narrowed && !maySee(policy, viewer, mia)).toBe(false);
      }),
    );
  });

  it('never keeps anybody from their own results', () => {
    fc.assert(
      fc.property(visibility, onlooker, fc.array(words), (policy, viewer, sees) => {
        expect(maySee(policy, { ...viewer, sees }, { id: viewer.id })).toBe(true);
      }),
    );
  });
});

describe('what holds when the configuration does not say', () => {
  it.each([
    ['demo', 'room'],
    ['research', 'self'],
    ['medical', 'self'],
  ])('is, in the context %s, %s', (context, expected) => {
    expect(visibilityOf(config({ deployment: { context } }))).toBe(expected);
  });

  it('is told in one word', () => {
    expect([visibilityKind('self'), visibilityKind('room'), visibilityKind(['coach'])]).toEqual([
      'self',
      'room',
      'roles',
    ]);
  });
});
