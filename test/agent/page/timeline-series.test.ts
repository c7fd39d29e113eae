import { describe, expect, it } from 'vitest';
import { Series } from '../../../agent/page/view/timeline-series.ts';

describe('the numbers of a timeline', () => {
  it('are columns of times and values, in order', () => {
    const series = new Series();
    series.add(1000, 0.1, 0.2);
    series.add(1500, 0.3, 0.4);
    series.add(1200, 9, 9);
    expect(series.columns()).toEqual([
      [1, 1.5],
      [0.1, 0.3],
      [0.2, 0.4],
    ]);
  });

  it('break off where nothing was read', () => {
    const series = new Series();
    series.add(1000, 0.1, 0.1);
    series.add(20_000, 0.2, 0.2);
    expect(series.columns()[1]).toEqual([0.1, null, 0.2]);
  });

  it('stay bounded, however long the call', () => {
    const series = new Series();
    for (let i = 0; i < 6000; i++) {
      series.add(i * 500, 0, 0);
      series.say({ atS: i, id: String(i), text: 'x' });
    }
    expect(series.columns()[0].length).toBe(2400);
    expect(series.sentences).toHaveLength(400);
  });

  it('show a revised sentence once, and one that was taken back not at all', () => {
    const series = new Series();
    series.say({ atS: 1, id: 'a', text: 'first' });
    series.say({ atS: 2, id: 'a', text: 'revised' });
    expect(series.sentences).toEqual([{ atS: 2, id: 'a', text: 'revised' }]);
    series.retract('a');
    expect(series.sentences).toEqual([]);
  });

  it('tell what held at a moment', () => {
    const series = new Series();
    series.say({ atS: 5, id: 'a', text: 'calm' });
    series.shift({ atS: 8, id: 'b', text: 'changed' });
    expect([4, 6, 9].map((atS) => series.markBefore(atS)?.text)).toEqual([undefined, 'calm', 'changed']);
  });
});
