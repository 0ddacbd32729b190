import { describe, expect, it } from 'vitest';
import { Walker } from './movement';
import { Steering } from './steering';
import { decodeMove } from './wire';

const ground = { size: [40, 40] as [number, number], walls: [], floors: [] };

/** Someone on a line that takes all, or nothing. */
function walker() {
  const body = new Walker(ground, { x: 20, y: 0, z: 20 });
  const steering = new Steering(body, 0);
  const sent: { seq: number; x: number }[] = [];
  let now = 1000;
  const tick = (is_lossy: boolean, takes = true): number => {
    const before = sent.length;
    steering.tick((now += 50), 'none', is_lossy, (frame) => {
      if (takes) sent.push(decodeMove(frame).move);
      return takes;
    });
    return sent.length - before;
  };
  return { steering, sent, tick, body };
}

describe('a wish on a line that may lose it', () => {
  it('is said again in each tick until the space has used it', () => {
    const { steering, sent, tick } = walker();
    steering.intend({ x: 1 });
    for (let at = 0; at < 5; at++) tick(true);
    steering.acked(sent.at(-1)!.seq);
    steering.intend({ x: 0 });
    expect([tick(true), tick(true), tick(true)]).toEqual([1, 1, 1]);
    const stop = sent.find((move) => move.x === 0)!;
    expect(sent.slice(-3).every((move) => move.x === 0)).toBe(true);
    // the last one that is heard of is still the walk
    steering.acked(stop.seq - 1);
    expect(tick(true)).toBe(1);
    // any of those that say stop
    steering.acked(stop.seq + 1);
    expect([tick(true), tick(true)]).toEqual([0, 0]);
  });

  it('goes on around the end of the numbers', () => {
    const { steering, sent, tick } = walker();
    steering.intend({ x: 1 });
    for (let at = 0; at < 0x10000; at++) tick(true);
    steering.intend({ x: 0 });
    tick(true);
    expect(sent.at(-1)!.seq).toBe(1);
    steering.acked(0xffff);
    expect(tick(true)).toBe(1);
    steering.acked(1);
    expect(tick(true)).toBe(0);
  });
});

it('on a line that loses nothing a change is said once, and one that could not be sent when there is room', () => {
  const { steering, tick } = walker();
  steering.intend({ yaw: 1 });
  expect([tick(false), tick(false), tick(false)]).toEqual([1, 0, 0]);
  steering.intend({ yaw: 2 });
  expect([tick(false, false), tick(false), tick(false)]).toEqual([0, 1, 0]);
});
