import { BoxGeometry, Group, Mesh, Vector3 } from 'three';
import { describe, expect, it } from 'vitest';
import { footprintOf, TABLE_M, Tabletop } from './tabletop';

const footprint = { x0: 0, z0: 0, x1: 80, z1: 88, y: 0 };

describe('a model on a table', () => {
  it('is as large as arms reach, and a small one no larger than 1:40', () => {
    expect(88 * new Tabletop(footprint).scale).toBeCloseTo(1.3);
    expect(new Tabletop({ x0: 0, z0: 0, x1: 20, z1: 20, y: 0 }).scale).toBe(1 / 40);
    expect(new Tabletop(footprint, 1 / 100).scale).toBe(1 / 100);
  });

  it('lies with its middle where it was put, turned clockwise, whatever object it is', () => {
    const model = new Group();
    const block = new Mesh(new BoxGeometry(2, 4, 2));
    block.position.set(11, 2, 21);
    model.add(block);
    expect(footprintOf(model)).toEqual({ x0: 10, z0: 20, x1: 12, z1: 22, y: 0 });
    const table = new Tabletop(footprintOf(model), 0.1);
    table.place({ x: 1, y: 0.8, z: -2 }, Math.PI / 2);
    table.lay(model);
    model.updateMatrixWorld(true);
    const middle = block.getWorldPosition(new Vector3());
    expect([middle.x, middle.y, middle.z].map((each) => Math.round(each * 1e6) / 1e6)).toEqual([1, 1, -2]);
    // what lay north of the middle lies east now
    const north = table.inRoom({ x: 11, y: 0, z: 11 });
    expect(north.x).toBeCloseTo(2);
    expect(north.z).toBeCloseTo(-2);
  });

  it('is the same seen by a viewer made large as for an object made small', () => {
    const table = new Tabletop(footprint);
    table.place({ x: 0.3, y: TABLE_M, z: -1.2 }, 0.4);
    const rig = new Group();
    const eye = new Group();
    eye.position.set(0.1, 1.6, 0.2);
    rig.add(eye);
    table.view(rig);
    rig.updateMatrixWorld(true);
    const place = new Vector3(33, 2, 70);
    const seen = place.clone().applyMatrix4(eye.matrixWorld.clone().invert());
    const laid = table.inRoom(place).sub(eye.position);
    expect(seen.distanceTo(laid)).toBeLessThan(1e-6);
  });

  it('stands before whoever looks, lower than their eyes, also when they sit', () => {
    const table = new Tabletop(footprint);
    for (const [tall, yaw] of [[1.7, 0], [1.1, 2], [0.9, -1]] as const) {
      const at = table.ahead({ x: 0.5, y: tall, z: 0.5 }, yaw);
      expect(at.y).toBeLessThan(tall - 0.4);
      const away = Math.hypot(at.x - 0.5, at.z - 0.5);
      expect(away - table.half_m).toBeGreaterThan(0.3);
      expect(away).toBeLessThan(1.5);
      expect(Math.atan2(at.x - 0.5, -(at.z - 0.5))).toBeCloseTo(yaw);
    }
  });

  it('is made larger and smaller within reason', () => {
    const table = new Tabletop(footprint);
    for (let at = 0; at < 200; at++) table.resize(1.1);
    expect(table.scale).toBe(1 / 10);
    for (let at = 0; at < 200; at++) table.resize(0.9);
    expect(table.scale).toBe(1 / 400);
  });

  it('does not make a district leap that is smaller than that to begin with', () => {
    const table = new Tabletop({ x0: 0, z0: 0, x1: 1800, z1: 1400, y: 0 });
    const first = table.scale;
    expect(1800 * first).toBeCloseTo(1.3);
    table.resize(0.99);
    expect(table.scale).toBeCloseTo(first * 0.99, 8);
    for (let at = 0; at < 200; at++) table.resize(0.9);
    expect(table.scale).toBeCloseTo(first / 2, 8);
  });
});
