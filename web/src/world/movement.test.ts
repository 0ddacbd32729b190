import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { heightAt, isAfter, isFree, JOG_MPS, step, STEP_M, Walker, WALK_MPS, type Ground } from './movement';

type Case = {
  name: string;
  ground: Partial<Ground> & { size: [number, number] };
  start: [number, number];
  inputs: { wish: [number, number]; jog: boolean; ticks: number }[];
  /** After each tick: centimetres, height in steps of 5 cm, and whether a wall was met. */
  after: [x: number, z: number, y: number, bumped: number | boolean][];
};
const cases = JSON.parse(readFileSync('../engines/presence/vectors/move.json', 'utf8')) as Case[];
const groundOf = (told: Case['ground']): Ground => ({ walls: [], floors: [], ...told });
const nearest = (value: number): number => Math.floor(value + 0.5);

describe('walks as the hall does', () => {
  for (const { name, ground: told, start, inputs, after } of cases) {
    it(name, () => {
      const ground = groundOf(told);
      let body = { x: start[0], z: start[1], y: heightAt(ground.floors, { x: start[0], z: start[1] }) };
      let tick = 0;
      for (const { wish, jog, ticks } of inputs) {
        for (let at = 0; at < ticks; at++, tick++) {
          const next = step(ground, body, { x: wish[0], z: wish[1], jog });
          expect([nearest(next.x * 100), nearest(next.z * 100), nearest(next.y * 20), next.bumped], `tick ${tick}`).toEqual([
            ...after[tick]!.slice(0, 3),
            Boolean(after[tick]![3]),
          ]);
          body = next;
        }
      }
      expect(tick).toBe(after.length);
    });
  }
});

it('nobody gets into a wall, over an edge or out of the space, whatever they wish', () => {
  const ground: Ground = {
    size: [12, 12],
    walls: [{ box: [4, 4, 8, 4.2] }, { round: [6, 8, 0.5] }, { box: [2, 2, 2.2, 9] }, { round: [6.9, 8.4, 0.3] }],
    floors: [{ box: [8, 8, 12, 12], y: 0.6 }, { box: [9, 6, 11, 8], y: 0, to: 0.6, along: 'z' }],
  };
  let seed = 7;
  const random = (): number => (seed = (seed * 48271) % 0x7fffffff) / 0x7fffffff;
  let body = { x: 1, z: 1, y: 0 };
  let wish = { x: 0, z: 0, jog: false };
  let climbed = false;
  for (let at = 0; at < 20_000; at++) {
    if (at % 17 === 0) wish = { x: Math.round(random() * 254 - 127), z: Math.round(random() * 254 - 127), jog: random() < 0.5 };
    const next = step(ground, body, wish);
    expect(isFree(ground, next)).toBe(true);
    expect(Math.abs(next.y - body.y)).toBeLessThanOrEqual(STEP_M + 1e-6);
    expect(Math.hypot(next.x - body.x, next.z - body.z)).toBeLessThanOrEqual((wish.jog ? JOG_MPS : WALK_MPS) * 0.05 * 2.2);
    climbed ||= next.y > 0.55;
    body = next;
  }
  expect(climbed).toBe(true);
});

describe('a prediction', () => {
  const ground: Ground = { size: [50, 50], walls: [{ box: [30, 0, 30.5, 50] }], floors: [] };
  const east = { x: 127, z: 0, jog: false };

  it('agrees with a server that hears it late', () => {
    const walker = new Walker(ground, { x: 10, y: 0, z: 10 });
    let server = { x: 10, y: 0, z: 10 };
    const line: { seq: number }[] = [];
    for (let seq = 1; seq <= 60; seq++) {
      walker.tick(seq, east);
      line.push({ seq });
      if (line.length > 4) {
        const heard = line.shift()!;
        const { x, y, z } = step(ground, server, east);
        server = { x, y, z };
        walker.correct(server, heard.seq, false);
        // no correction was needed: what is drawn is what was predicted
        expect(walker.shown(1, 0).x).toBeCloseTo(10 + seq * 0.07, 6);
      }
    }
    expect(walker.unheard).toBe(4);
  });

  it('leans to the server’s word instead of jumping', () => {
    const walker = new Walker(ground, { x: 10, y: 0, z: 10 });
    walker.tick(1, east);
    walker.correct({ x: 10.5, y: 0, z: 10 }, 1, false);
    expect(walker.shown(1, 0).x).toBeCloseTo(10.07, 6);
    const steps = Array.from({ length: 20 }, () => walker.shown(1, 0.05).x);
    for (const [at, x] of steps.entries()) expect(x).toBeGreaterThan(steps[at - 1] ?? 10.07);
    expect(steps.at(-1)).toBeCloseTo(10.5, 2);
  });

  it('is at another place at once when the server says so', () => {
    const walker = new Walker(ground, { x: 10, y: 0, z: 10 });
    walker.correct({ x: 40, y: 0, z: 40 }, 0, false);
    expect(walker.shown(0, 0)).toEqual({ x: 40, y: 0, z: 40 });
  });

  it('predicts nothing while the space walks it', () => {
    const walker = new Walker(ground, { x: 10, y: 0, z: 10 });
    walker.tick(1, east);
    walker.tick(2, east);
    walker.correct({ x: 10, y: 0, z: 10.07 }, 0, true);
    expect(walker.unheard).toBe(0);
    expect(walker.body).toEqual({ x: 10, y: 0, z: 10.07 });
  });

  it('stops at the wall as the server will', () => {
    const walker = new Walker(ground, { x: 29, y: 0, z: 10 });
    for (let seq = 1; seq <= 30; seq++) walker.tick(seq, east);
    expect(walker.body.x).toBeCloseTo(29.7, 4);
    expect(walker.bumped).toBe(true);
  });

  it('counts sequence numbers around their end', () => {
    expect([isAfter(1, 0), isAfter(0, 1), isAfter(3, 65_534), isAfter(65_534, 3), isAfter(5, 5)]).toEqual([true, false, true, false, false]);
  });
});
