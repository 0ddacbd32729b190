import { expect, it } from 'vitest';
import { riseOver, type Box } from './plates';

const at = (x: number, y: number, wide = 80, high = 27): Box => ({ x0: x - wide / 2, x1: x + wide / 2, y0: y - high, y1: y });
const raised = (box: Box, up: number): Box => ({ ...box, y0: box.y0 - up, y1: box.y1 - up });

it('a name with room stays over its head', () => {
  expect(riseOver(at(0, 100), [])).toBe(0);
  expect(riseOver(at(0, 100), [at(80, 100), at(0, 73)])).toBe(0);
});

it('a name behind a nearer one moves up just over it, and over the next one there', () => {
  expect(riseOver(at(10, 95), [at(0, 100)])).toBe(22);
  expect(riseOver(at(10, 95), [at(0, 100), at(20, 72)])).toBe(50);
});

it('whoever stands in a crowd has each name readable: no two lie on each other, and none is far from its head', () => {
  const taken: Box[] = [];
  for (let each = 0; each < 40; each++) {
    const box = at((each * 37) % 200, 100 + ((each * 13) % 30));
    const up = riseOver(box, taken);
    if (up === null) continue;
    expect(up).toBeLessThanOrEqual(64);
    const { x0, x1, y0, y1 } = raised(box, up);
    for (const other of taken) expect(x0 < other.x1 && x1 > other.x0 && y0 < other.y1 && y1 > other.y0).toBe(false);
    taken.push(raised(box, up));
  }
  expect(taken.length).toBeGreaterThan(4);
  expect(taken.length).toBeLessThan(40);
});
