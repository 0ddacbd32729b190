import { describe, expect, it } from 'vitest';
import { Controls, wishOf, type Command } from './controls';

const key = (code: string, more: object = {}) => ({ code, shiftKey: false, ctrlKey: false, altKey: false, metaKey: false, repeat: false, ...more });
function controls(yaw = 0) {
  const told: Command[] = [];
  return { told, on: new Controls(yaw, (command) => told.push(command)) };
}

describe('keys', () => {
  it('walk by their place, whatever the layout writes on them', () => {
    const { on } = controls();
    expect(on.press(key('KeyW'))).toBe(true);
    expect(on.press(key('KeyD'))).toBe(true);
    expect(on.read(0.05)).toMatchObject({ ahead: 1, side: 1, jog: false });
    on.lift(key('KeyW'));
    on.press(key('ShiftLeft', { shiftKey: true }));
    expect(on.read(0.05)).toMatchObject({ ahead: 0, side: 1, jog: true });
  });

  it('turn the look, smoothly or in steps', () => {
    const { on } = controls();
    on.press(key('KeyE'));
    on.read(0.1);
    expect(on.yaw).toBeCloseTo(0.21);
    on.release();
    on.snap = true;
    on.yaw = 0;
    on.press(key('ArrowRight'));
    on.press(key('ArrowRight', { repeat: true }));
    on.read(1);
    expect(on.yaw).toBeCloseTo(Math.PI / 6);
  });

  it('give commands once, and leave the browser its own', () => {
    const { on, told } = controls();
    for (const code of ['KeyV', 'KeyL', 'Enter', 'Escape']) on.press(key(code));
    on.press(key('KeyV', { repeat: true }));
    expect(told).toEqual(['view', 'list', 'open', 'close']);
    expect(on.press(key('KeyL', { ctrlKey: true }))).toBe(false);
    expect(on.press(key('KeyX'))).toBe(false);
  });

  it('walk nobody on alone when the page loses them', () => {
    const { on } = controls();
    on.press(key('KeyW'));
    on.thumb(0, -1);
    on.release();
    expect(on.read(0.05)).toEqual({ ahead: 0, side: 0, turn: 0, jog: false });
  });
});

it('a thumb walks, and jogs at the edge of its pad', () => {
  const { on } = controls();
  on.thumb(0, -0.5);
  expect(on.read(0.05)).toMatchObject({ ahead: 0.5, jog: false });
  on.thumb(0, -1);
  expect(on.read(0.05)).toMatchObject({ ahead: 1, jog: true });
});

it('a gamepad does all of it, and a still stick nothing', () => {
  const { on, told } = controls();
  const pad = (axes: number[], pressed: number[] = []) =>
    [
      {
        ...{ connected: true, mapping: 'standard', axes },
        buttons: Array.from({ length: 17 }, (_, at) => ({ pressed: pressed.includes(at) })),
      },
    ] as unknown as Gamepad[];
  expect(on.read(0.05, pad([0.1, -0.1, 0.1, 0]))).toEqual({ ahead: 0, side: 0, turn: 0, jog: false });
  expect(on.read(0.05, pad([0, -1, 0.5, 0], [10, 0]))).toMatchObject({ ahead: 1, turn: 0.5, jog: true });
  on.read(0.05, pad([0, 0, 0, 0], [0]));
  on.read(0.05, pad([0, 0, 0, 0]));
  on.read(0.05, pad([0, 0, 0, 0], [0, 3]));
  expect(told).toEqual(['open', 'open', 'list']);
});

it('dragging looks around, but never over one’s own head', () => {
  const { on } = controls();
  on.drag(100, -10_000);
  expect(on.yaw).toBeGreaterThan(0.4);
  expect(on.pitch).toBeLessThan(1);
  on.drag(0, 20_000);
  expect(on.pitch).toBeGreaterThan(-1);
});

it('ahead is where one looks, and aslant is not faster', () => {
  const hold = { ahead: 1, side: 0, turn: 0, jog: false };
  expect(wishOf(hold, 0)).toEqual({ x: 0, z: -1 });
  expect(wishOf(hold, Math.PI / 2).x).toBeCloseTo(1);
  const right = wishOf({ ...hold, ahead: 0, side: 1 }, 0);
  expect([right.x, right.z]).toEqual([1, 0]);
  const slant = wishOf({ ...hold, side: 1 }, 0.7);
  expect(Math.hypot(slant.x, slant.z)).toBeCloseTo(1);
});
