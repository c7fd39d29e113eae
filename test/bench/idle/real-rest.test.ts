import { describe, expect, it } from 'vitest';
import { awakeOf } from '../../../bench/idle/rest-watch.ts';
import { measureIdle } from '../../../bench/idle/idle-command.ts';

describe('somebody who sits still before a camera that has noise, with a muted microphone', () => {
  it(
    'rests in the eyes of a real agent, which gives the model every hop of the lively',
    { timeout: 420_000 },
    async () => {
      const signal = AbortSignal.timeout(400_000);
      const report = await measureIdle({
        engines: [undefined],
        few: 1,
        many: 2,
        seconds: 4,
        layered: true,
        agentArgs: [],
        signal,
      });
      const [run] = report.results.runs;
      if (run === undefined) throw new Error('nothing was measured');
      const { nobody, lively, resting } = run;
      expect([lively.asMeant, resting.asMeant]).toEqual([true, true]);
      // A stall in the load's own time wakes people for a hop or two.
      expect(awakeOf(2, resting.many.hopsToldPerS)).toBeLessThan(1);
      expect(resting.many.hopsRestedPerS).toBeGreaterThan(resting.many.hopsToldPerS);
      // A slow machine may leave hops out, but makes none stand for another.
      expect(lively.many.hopsToldPerS).toBeGreaterThan(10 * lively.many.hopsRestedPerS);
      expect([nobody, lively.few, lively.many].map(({ participants }) => participants)).toEqual([0, 1, 2]);
      expect([nobody.packetsPerS, nobody.hopsToldPerS]).toEqual([0, 0]);
      expect(report.config.playedAtRest).toContain('still');
    },
  );
});
