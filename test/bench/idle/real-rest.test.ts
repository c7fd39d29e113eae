import { describe, expect, it } from 'vitest';
import { awakeOf } from '../../../bench/idle/rest-watch.ts';
import { measureIdle } from '../../../bench/idle/idle-command.ts';

describe('somebody who sits still before a camera that has noise, with a muted microphone', () => {
  it(
    'rests in the eyes of a real agent, which gives the model every hop of the lively',
    { timeout: 240_000 },
    async () => {
      const signal = AbortSignal.timeout(220_000);
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
      expect(resting.many.hopsRestedPerS).toBeGreaterThan(2 * resting.many.hopsToldPerS);
      expect(awakeOf(2, lively.many.hopsToldPerS)).toBeGreaterThan(1.5);
      expect([nobody, lively.few, lively.many].map(({ participants }) => participants)).toEqual([0, 1, 2]);
      expect([nobody.packetsPerS, nobody.hopsToldPerS]).toEqual([0, 0]);
      expect(report.config.playedAtRest).toContain('still');
    },
  );
});
