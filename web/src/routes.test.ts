import { expect, it } from 'vitest';
import { match } from './router.svelte';
import { find } from './routes';

it('matches whole paths only', () => {
  expect(match('/series/:id', '/series/a%2Fb')).toEqual({ id: 'a/b' });
  expect(match('/series/:id', '/series')).toBeNull();
  expect(match('/series/:id', '/series/a/b')).toBeNull();
  expect(match('/', '/')).toEqual({});
  expect(match('/series/:id', '/series/%E0%A')).toEqual({ id: '%E0%A' });
});

it('finds a page for every address, and says so when there is none', () => {
  expect(find('/measures/flood').params).toEqual({ id: 'flood' });
  expect(find('/nowhere').pattern).toBe('missing');
});
