import { describe, expect, it } from 'vitest';
import { Announcer } from '../../../agent/overlay/announcer.ts';
import { TREND_MS, Trend } from '../../../agent/overlay/trend.ts';

function trendOf(values: readonly number[], stepMs = 500): Trend {
  const trend = new Trend();
  for (const [index, valence] of values.entries()) trend.add({ atMs: index * stepMs, valence, arousal: -valence });
  return trend;
}

describe('the trend', () => {
  it('is drawn from left to right with the newest reading at the edge, up for pleasant', () => {
    expect(trendOf([-1, 1], TREND_MS).path('valence', 100, 20)).toBe('M0.0 20.0M100.0 0.0');
    expect(trendOf([0, 0.5]).path('valence', 120, 20)).toBe('M119.0 10.0L120.0 5.0');
    expect(trendOf([0.3]).path('valence', 100, 20)).toBe('');
  });

  it('breaks off where nothing was read', () => {
    expect(trendOf([0, 0], 9000).path('arousal', 100, 20).match(/M/g)).toHaveLength(2);
  });

  it('says which way it goes, and calls small changes none', () => {
    expect(trendOf([-0.5, -0.4, 0.3, 0.5]).direction('valence')).toBe('Up');
    expect(trendOf([-0.5, -0.4, 0.3, 0.5]).direction('arousal')).toBe('Down');
    expect(trendOf([0.1, 0.15, 0.2, 0.1]).direction('valence')).toBe('Same');
    expect(trendOf([]).direction('valence')).toBe('Same');
  });

  it('holds no more than a minute, however long the call', () => {
    const trend = trendOf(Array.from({ length: 5000 }, () => 0));
    expect(trend.length).toBeLessThanOrEqual(128);
    trend.add({ atMs: 1, valence: 1, arousal: 1 });
    expect(trend.path('valence', 10, 10)).not.toContain(' 0.0');
  });
});

describe('what a screen reader is told', () => {
  it('comes no more often than wanted, and is then the newest', () => {
    const announcer = new Announcer();
    announcer.offer('one');
    expect(announcer.spoken(0, 10_000)).toBe('one');
    announcer.offer('two');
    announcer.offer('three');
    expect(announcer.spoken(9999, 10_000)).toBe('one');
    expect(announcer.spoken(10_000, 10_000)).toBe('three');
  });

  it('is nothing new when it was just said, and nothing at all once it is forgotten', () => {
    const announcer = new Announcer();
    announcer.offer('one');
    announcer.spoken(0, 10);
    announcer.offer('two');
    announcer.offer('one');
    expect(announcer.spoken(100, 10)).toBe('one');
    announcer.clear();
    expect(announcer.spoken(200, 10)).toBe('');
  });
});
