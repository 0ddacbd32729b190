import { describe, expect, it } from 'vitest';
import { offsetOf } from '../i18n/format';
import { bandPath, decimalsOf, domain, linear, linePath, nearest, ticks, timeTicks } from './scale';

const same = (value: number): number => value;

describe('scales', () => {
  it('map ends to ends, and a flat range to its start', () => {
    expect(linear([0, 10], [100, 0])(5)).toBe(50);
    expect(linear([3, 3], [0, 9])(3)).toBe(0);
  });
  it('tick at round numbers', () => {
    expect(ticks([0, 97], 4)).toEqual([0, 50]);
    expect(ticks([0, 97], 5)).toEqual([0, 20, 40, 60, 80]);
    expect(ticks([0.1, 0.42], 4)).toEqual([0.1, 0.2, 0.3, 0.4]);
    expect(ticks([-3, 3], 6)).toEqual([-3, -2, -1, 0, 1, 2, 3]);
  });
  it('need as many decimals as their step', () => {
    expect(
      [
        [0, 50],
        [0, 0.5],
        [0, 0.05],
        [1, 2],
      ].map(decimalsOf),
    ).toEqual([0, 1, 2, 0]);
  });
  it('keep zero in sight when it is near, and let it go when it is far', () => {
    expect(domain([12, 40, null])[0]).toBe(0);
    expect(domain([1000, 1010])[0]).toBeGreaterThan(900);
    expect(domain([])).toEqual([0, 1]);
    expect(domain([5])).toEqual([2, 8]);
  });
});

describe('time ticks', () => {
  const at = (text: string): number => Date.parse(text);
  const bangkok = (): number => 7 * 3_600_000;
  it('are new years over decades', () => {
    const marks = timeTicks([at('1993-01-01T00:00:00Z'), at('2017-12-01T00:00:00Z')], 6, bangkok);
    expect(marks.every((mark) => mark.unit === 'year')).toBe(true);
    expect(marks.length).toBeGreaterThan(3);
    expect(new Date(marks[0]?.at ?? 0).toISOString()).toMatch(/-12-31T17:00:00/);
  });
  it('are midnights of Bangkok over days', () => {
    const marks = timeTicks([at('2026-11-01T00:00:00Z'), at('2026-11-05T00:00:00Z')], 5, bangkok);
    expect(marks.map((mark) => new Date(mark.at).toISOString().slice(11, 16))).toEqual(['17:00', '17:00', '17:00', '17:00']);
  });
  it('stay midnights when the clocks are put forward', () => {
    const chicago = (moment: number): number => offsetOf(moment, 'America/Chicago');
    const marks = timeTicks([at('2018-03-10T00:00:00Z'), at('2018-03-13T12:00:00Z')], 4, chicago);
    expect(marks.map((mark) => new Date(mark.at).toISOString().slice(5, 16))).toEqual(['03-10T06:00', '03-11T06:00', '03-12T05:00', '03-13T05:00']);
  });
  it('are hours over a day', () => {
    expect(timeTicks([0, 86_400_000], 5, bangkok).map((mark) => mark.unit)).toEqual(['clock', 'clock', 'clock', 'clock']);
  });
});

describe('paths', () => {
  const points = [
    { at: 0, value: 1 },
    { at: 1, value: 2 },
    { at: 2, value: null },
    { at: 3, value: 4 },
  ];
  it('break where a value is missing', () => {
    expect(linePath(points, same, same)).toBe('M0.0 1.0L1.0 2.0M3.0 4.0h.1');
  });
  it('close a band around each stretch', () => {
    const bands = [
      { at: 0, low: 0, high: 2 },
      { at: 1, low: 1, high: 3 },
      { at: 2, low: null, high: null },
    ];
    expect(bandPath(bands, same, same)).toBe('M0.0 2.0L1.0 3.0L1.0 1.0L0.0 0.0Z');
  });
  it('find the nearest point', () => {
    expect(nearest(points, 1.4)).toBe(1);
    expect(nearest(points, 2.6)).toBe(3);
    expect(nearest(points, -9)).toBe(0);
    expect(nearest(points, 99)).toBe(3);
  });
});
