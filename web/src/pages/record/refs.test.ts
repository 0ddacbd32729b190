import { expect, it } from 'vitest';
import { doorOf } from './refs';

it.each([
  ['measure:dengue-alert', '/measures/dengue-alert'],
  ['series:dengue/th-10', '/series/dengue%2Fth-10'],
  ['run_01J', '/runs/run_01J'],
  ['run:run_01J', '/runs/run_01J'],
  ['act_01J', '/record/act_01J'],
  ['lever:notice', null],
  ['something else', null],
])('%s opens %s', (ref, door) => expect(doorOf(ref)).toBe(door));
