import { expect, it } from 'vitest';
import { doorOf } from './refs';

it.each([
  [{ kind: 'measure', id: 'health.dengue' }, '/measures/health.dengue'],
  [{ kind: 'series', id: 'dengue/th-10' }, '/series/dengue%2Fth-10'],
  [{ kind: 'run', id: 'run_01J' }, '/runs/run_01J'],
  [{ kind: 'act', id: 'act_01J' }, '/record/act_01J'],
  [{ kind: 'lever', id: 'traffic.signal_plan' }, '/record?subject=traffic.signal_plan'],
  [{ kind: 'other', id: 'persona & co' }, '/record?subject=persona%20%26%20co'],
] as const)('%j opens %s', (ref, door) => expect(doorOf(ref)).toBe(door));
