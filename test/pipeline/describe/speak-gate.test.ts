import { array, assert, double, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SPEAK_GATE_DEFAULTS, SpeakGate } from '../../../pipeline/describe/speak-gate.ts';

const calm = { silent: 0.1, change: 0, away: false, abstaining: false };

function spokenAt(timeMs: number, abstained = false): SpeakGate {
  const gate = new SpeakGate(0.5);
  gate.spoke(timeMs, abstained);
  return gate;
}

describe('the speak gate', () => {
  it('opens for the first description', () => {
    expect(new SpeakGate(0.5).wants({ ...calm, timeMs: 0, silent: 0.99 })).toBe('news');
  });

  it('keeps the least gap, unless something changes strongly', () => {
    expect(spokenAt(0).wants({ ...calm, timeMs: 500 })).toBeUndefined();
    expect(spokenAt(0).wants({ ...calm, timeMs: 500, change: 0.9 })).toBe('news');
    expect(spokenAt(0).wants({ ...calm, timeMs: 500, change: 0.9, silent: 0.9 })).toBeUndefined();
  });

  it('asks for a stronger wish soon after a description than later', () => {
    expect(spokenAt(0).wants({ ...calm, timeMs: 1500, silent: 0.45 })).toBeUndefined();
    expect(spokenAt(0).wants({ ...calm, timeMs: 3000, silent: 0.45 })).toBe('news');
    expect(spokenAt(0).wants({ ...calm, timeMs: 5500, silent: 0.55 })).toBeUndefined();
  });

  it('tells a long silence from news', () => {
    expect(spokenAt(0).wants({ ...calm, timeMs: 6000, silent: 0.9 })).toBe('silence');
    expect(spokenAt(0).wants({ ...calm, timeMs: 6000 })).toBe('news');
    expect(spokenAt(0).wants({ ...calm, timeMs: 6000, silent: 0.9, away: true })).toBe('news');
  });

  it('opens when what was said no longer holds, however silent the model would be', () => {
    expect(spokenAt(0).wants({ ...calm, timeMs: 1500, silent: 0.9, away: true })).toBe('news');
    expect(spokenAt(0).wants({ ...calm, timeMs: 500, silent: 0.9, away: true })).toBeUndefined();
  });

  it('says that the signal is too poor once, and opens again when it is back', () => {
    const gate = spokenAt(0);
    expect(gate.wants({ ...calm, timeMs: 500, abstaining: true })).toBe('news');
    gate.spoke(500, true);
    expect(gate.wants({ ...calm, timeMs: 60_000, abstaining: true })).toBeUndefined();
    expect(gate.wants({ ...calm, timeMs: 60_500, silent: 0.99 })).toBe('news');
  });

  it('is never shut for longer than the longest silence while there is signal, whatever the model wishes', () => {
    const wish = record({
      silent: double({ min: 0, max: 1, noNaN: true }),
      change: double({ min: 0, max: 1, noNaN: true }),
    });
    assert(
      property(array(wish, { minLength: 1, maxLength: 200, size: 'max' }), (wishes) => {
        const gate = new SpeakGate(0.5);
        let last = 0;
        for (const [i, each] of wishes.entries()) {
          const timeMs = i * 500;
          if (gate.wants({ ...each, timeMs, away: false, abstaining: false })) {
            gate.spoke(timeMs, false);
            last = timeMs;
          }
          expect(timeMs - last).toBeLessThan(SPEAK_GATE_DEFAULTS.maxSilenceMs);
        }
      }),
    );
  });
});
