import { describe, expect, test } from 'vitest';
import { distance, moved, toMetres, toScreen, whole, zoom, type Point } from './view';

const sheet = { width: 400, height: 300 };

describe('a map on its sheet', () => {
  const view = whole([0, 0, 1000, 500], sheet);

  test('the whole network lies within the sheet, north up', () => {
    const corners: Point[] = [
      [0, 0],
      [1000, 500],
    ];
    for (const corner of corners) {
      const [x, y] = toScreen(view, sheet, corner);
      expect(x).toBeGreaterThanOrEqual(15);
      expect(x).toBeLessThanOrEqual(385);
      expect(y).toBeGreaterThanOrEqual(15);
      expect(y).toBeLessThanOrEqual(285);
    }
    expect(toScreen(view, sheet, [0, 500])[1]).toBeLessThan(toScreen(view, sheet, [0, 0])[1]);
  });

  test('there and back is the same place', () => {
    const [x, y] = toMetres(view, sheet, toScreen(view, sheet, [123, 45]));
    expect(x).toBeCloseTo(123);
    expect(y).toBeCloseTo(45);
  });

  test('zooming keeps the place under the pointer, within limits', () => {
    const point: Point = [70, 90];
    const before = toMetres(view, sheet, point);
    const near = zoom(view, sheet, point, 2, view.scale);
    expect(toMetres(near, sheet, point)[0]).toBeCloseTo(before[0]);
    expect(toMetres(near, sheet, point)[1]).toBeCloseTo(before[1]);
    expect(zoom(view, sheet, point, 0.01, view.scale).scale).toBe(view.scale);
    expect(zoom(view, sheet, point, 1e9, view.scale).scale).toBe(20);
  });

  test('dragging moves the map with the finger', () => {
    const place: Point = [500, 250];
    const [x, y] = toScreen(view, sheet, place);
    const [nextX, nextY] = toScreen(moved(view, 10, -5), sheet, place);
    expect(nextX - x).toBeCloseTo(10);
    expect(nextY - y).toBeCloseTo(-5);
  });

  test('the distance from a line is that from its nearest part', () => {
    const line: Point[] = [
      [0, 0],
      [10, 0],
      [10, 10],
    ];
    expect(distance(line, [5, 3])).toBeCloseTo(3);
    expect(distance(line, [13, 14])).toBeCloseTo(5);
    expect(distance([[1, 1]], [1, 1])).toBe(Infinity);
  });
});
