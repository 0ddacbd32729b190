import { expect, it } from 'vitest';
import { fromAddress, nothing, toAddress, toQuery } from './search';

it('goes into the address and back', () => {
  const search = { ...nothing, kind: 'run.fire', subject: 'measure:flood' };
  expect(fromAddress(toAddress(search))).toEqual(search);
  expect(toAddress(nothing)).toBe('');
});

it('searches whole days of Bangkok', () => {
  const query = toQuery({ ...nothing, from: '2026-11-22', to: '2026-11-22' });
  expect([query['from'], query['to']]).toEqual(['2026-11-21T17:00:00.000Z', '2026-11-22T17:00:00.000Z']);
  expect(toQuery({ ...nothing, from: '2569-11-22' })['from']).toBe(query['from']);
  expect(toQuery({ ...nothing, from: 'soon' })['from']).toBeUndefined();
});
