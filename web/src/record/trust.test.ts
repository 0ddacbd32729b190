import { beforeEach, expect, it } from 'vitest';
import { accept, recall } from './trust';

beforeEach(() => localStorage.clear());

it('remembers the keys it saw first and tells when they change', () => {
  expect(recall(localStorage, 'hall', 'a', '2026-01-01')).toEqual({ state: 'first', since: '2026-01-01' });
  expect(recall(localStorage, 'hall', 'a', '2026-02-01')).toEqual({ state: 'same', since: '2026-01-01' });
  expect(recall(localStorage, 'hall', 'b', '2026-03-01')).toEqual({ state: 'changed', since: '2026-01-01' });
  expect(recall(localStorage, 'other', 'b', '2026-03-01').state).toBe('first');
});

it('forgets the old keys when a person accepts the new ones', () => {
  recall(localStorage, 'hall', 'a', '2026-01-01');
  accept(localStorage, 'hall', 'b', '2026-03-01');
  expect(recall(localStorage, 'hall', 'b', '2026-04-01')).toEqual({ state: 'same', since: '2026-03-01' });
});
