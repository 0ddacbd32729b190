import { expect, it } from 'vitest';
import { Travel } from './travel';

const walk = (glide: 'vignette' | 'blink' | 'plain', seconds = 4) => {
  const travel = new Travel({ x: 0, y: 0, z: 0 });
  const seen = [];
  for (let at = 0; at < (seconds + 1.5) * 60; at++) {
    const x = Math.min(at / 60, seconds) * 1.4;
    seen.push({ true_x: x, ...travel.follow({ x, y: 0, z: 0 }, 1 / 60, glide) });
  }
  return seen;
};

it('edges darken while one is moved and clear when one stands', () => {
  const seen = walk('vignette');
  expect(seen[120]!.edge).toBeGreaterThan(0.9);
  expect(seen.at(-1)!.edge).toBe(0);
  for (const each of seen) expect([each.at.x, each.dark]).toEqual([each.true_x, 0]);
});

it('in blinks the picture stands still while it can be seen, and is moved only in the dark', () => {
  const seen = walk('blink');
  let steps = 0;
  for (let at = 1; at < seen.length; at++) {
    if (seen[at]!.at.x === seen[at - 1]!.at.x) continue;
    steps += 1;
    expect(seen[at]!.dark).toBe(1);
  }
  expect(steps).toBeGreaterThan(2);
  expect(steps).toBeLessThan(9);
  expect(seen.at(-1)!.at.x).toBeCloseTo(5.6, 1);
  expect(seen.at(-1)!.dark).toBe(0);
  for (const each of seen) expect(each.true_x - each.at.x).toBeLessThan(2);
});

it('who wants it plain sees it as it is', () => {
  for (const each of walk('plain')) expect([each.at.x, each.edge, each.dark]).toEqual([each.true_x, 0, 0]);
});
