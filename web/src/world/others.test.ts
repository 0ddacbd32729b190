import { describe, expect, it } from 'vitest';
import { BEHIND_MS, FORGET_MS, Others } from './others';
import type { Seen } from './wire';

const seen = (slot: number, x: number, more: Partial<Seen> = {}): Seen => ({
  ...{ slot, x, y: 0, z: 0, yaw: 0, gesture: 'none', jogging: false, speaking: false, in_xr: false, walking: true },
  ...more,
});
/** The client's clock when a frame of this tick arrives without delay. */
const at = (tick: number): number => 10_000 + tick * 50;

describe('others in view', () => {
  it('go smoothly from word to word, a little in the past', () => {
    const others = new Others();
    for (let tick = 0; tick <= 20; tick++) others.hear(tick, [seen(1, tick * 0.07)], at(tick));
    const now = at(20);
    const expected = ((20 * 50 - BEHIND_MS) / 50) * 0.07;
    expect(others.find(1, now)?.x).toBeCloseTo(expected, 5);
    expect(others.find(1, now)?.speed).toBeCloseTo(1.4, 1);
    let before = others.find(1, now)!.x;
    for (let later = 5; later < 120; later += 5) {
      const x = others.find(1, now + later)!.x;
      expect(x - before).toBeGreaterThanOrEqual(0);
      expect(x - before).toBeLessThan(0.012);
      before = x;
    }
  });

  it('are not shaken by frames that come late or together', () => {
    const others = new Others();
    const late = [0, 40, 10, 90, 45, 0, 60, 20, 95, 50];
    let before: number | null = null;
    for (let tick = 0; tick < 200; tick++) {
      others.hear(tick, [seen(1, tick * 0.07)], at(tick) + (late[tick % late.length] ?? 0));
      const x = others.find(1, at(tick) + 100)!.x;
      if (before !== null && tick > 12) expect(Math.abs(x - before - 0.07)).toBeLessThan(0.03);
      before = x;
    }
  });

  it('turn the shorter way', () => {
    const others = new Others();
    others.hear(0, [seen(1, 0, { yaw: 6.1 })], at(0));
    others.hear(10, [seen(1, 0, { yaw: 0.2 })], at(10));
    for (let tick = 11; tick < 13; tick++) others.hear(tick, [], at(tick));
    const yaw = others.find(1, at(10) + BEHIND_MS - 25)!.yaw;
    expect(yaw).toBeGreaterThan(6.1);
    expect(yaw).toBeLessThan(6.1 + 0.4);
  });

  it('who stood for a while and walks off does not glide there from long ago', () => {
    const others = new Others();
    others.hear(0, [seen(1, 0, { walking: false })], at(0));
    others.hear(50, [seen(1, 0.07)], at(50));
    expect(others.find(1, at(50) + BEHIND_MS - 60)!.x).toBe(0);
    expect(others.find(1, at(50) + BEHIND_MS)!.x).toBeCloseTo(0.07, 5);
  });

  it('who is told of rarely goes on for a moment, and no farther', () => {
    const others = new Others();
    others.hear(0, [seen(1, 0)], at(0));
    others.hear(4, [seen(1, 0.28)], at(4));
    const ahead = others.find(1, at(4) + BEHIND_MS + 100)!;
    expect(ahead.x).toBeCloseTo(0.28 + 0.14, 2);
    expect(others.find(1, at(4) + BEHIND_MS + 4000)!.x).toBeLessThan(0.28 + 0.4);
    expect(others.find(1, at(4) + BEHIND_MS + 4000)!.speed).toBe(0);
  });

  it('another place is another place, not a very fast walk', () => {
    const others = new Others();
    others.hear(0, [seen(1, 0)], at(0));
    others.hear(1, [seen(1, 40)], at(1));
    expect(others.find(1, at(1))!.x).toBe(40);
  });

  it('are forgotten after six seconds without a word, or when they leave', () => {
    const others = new Others();
    others.hear(0, [seen(1, 0), seen(2, 0)], at(0));
    others.forget(2);
    expect(others.at(at(0) + FORGET_MS - 1).map((each) => each.slot)).toEqual([1]);
    expect(others.at(at(0) + FORGET_MS + 1)).toEqual([]);
    expect(others.size).toBe(0);
  });

  it('an old frame that overtakes nothing changes nothing', () => {
    const others = new Others();
    others.hear(5, [seen(1, 1)], at(5));
    others.hear(4, [seen(1, 0)], at(5));
    expect(others.find(1, at(5) + 200)!.x).toBe(1);
  });
});

describe('hands of those in XR', () => {
  const pose = (x: number) => ({ x, y: 0, z: 0, yaw: 0, pitch: 0, roll: 0 });
  const hands = (x: number) => ({ head: pose(0), left: pose(x), right: pose(-x) });
  const tick = (others: Others, number: number, x: number, in_xr = true): void => {
    others.hear(number, [seen(1, 0, { in_xr })], at(number));
    others.hold([{ slot: 1, hands: hands(x) }], at(number));
  };

  it('go from word to word, as far in the past as the body', () => {
    const others = new Others();
    for (let number = 0; number <= 10; number++) tick(others, number, number * 4);
    const left = others.find(1, at(10))!.held!.left.x;
    expect(left).toBeCloseTo(((10 - BEHIND_MS / 50) * 4 * 1.5) / 100, 5);
  });

  it('are gone with the glasses, and when nothing is told of them any more', () => {
    const others = new Others();
    for (let number = 0; number <= 10; number++) tick(others, number, 20);
    expect(others.at(at(10))[0]?.held).not.toBeNull();
    for (let number = 11; number <= 100; number++) others.hear(number, [seen(1, 0, { in_xr: true })], at(number));
    expect(others.find(1, at(100))?.held).toBeNull();
    tick(others, 101, 20);
    tick(others, 102, 20);
    expect(others.find(1, at(102))?.held).not.toBeNull();
    for (let number = 103; number <= 106; number++) others.hear(number, [seen(1, 0)], at(number));
    expect(others.find(1, at(106))).toMatchObject({ in_xr: false, held: null });
  });

  it('of somebody whom nobody placed are left alone', () => {
    const others = new Others();
    others.hold([{ slot: 9, hands: hands(3) }], at(1));
    expect(others.size).toBe(0);
  });
});

describe('words that were overtaken', () => {
  it('do not bring back who is out of view, and a newer one does', () => {
    const others = new Others();
    others.hear(10, [seen(1, 0), seen(2, 0)], at(10));
    others.lose(12, [1]);
    others.hear(11, [seen(1, 0.1), seen(2, 0.1)], at(12));
    expect([others.find(1, at(12)), others.find(2, at(12)) !== null]).toEqual([null, true]);
    others.hear(13, [seen(1, 0.2)], at(13));
    expect(others.find(1, at(13))).not.toBeNull();
  });

  it('that somebody is gone do not take away who came back since', () => {
    const others = new Others();
    others.hear(10, [seen(1, 0)], at(10));
    others.hear(20, [seen(1, 0.5)], at(20));
    others.lose(15, [1]);
    expect(others.find(1, at(20))).not.toBeNull();
  });

  it('do not bring back who has left', () => {
    const others = new Others();
    others.hear(10, [seen(1, 0)], at(10));
    others.forget(1);
    others.hear(11, [seen(1, 0)], at(11));
    expect(others.find(1, at(11))).toBeNull();
    others.hear(40, [seen(1, 0)], at(40));
    expect(others.find(1, at(40))).not.toBeNull();
  });
});
