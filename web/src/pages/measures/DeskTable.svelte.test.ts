import { beforeAll, expect, it } from 'vitest';
import type { Run } from '../../api/types';
import { speak } from '../../i18n/index.svelte';
import { press, show } from '../../ui/mounted.testing';
import DeskTable from './DeskTable.svelte';

beforeAll(() => speak('en'));

const run = (id: string): Run => ({
  id,
  measure: 'm',
  measure_title: { th: id, en: id },
  version: 1,
  mode: 'approve',
  state: 'proposed',
  fired_at: '2026-01-01T00:00:00Z',
  decided_at: null,
  since: '2025-12-01T00:00:00Z',
  event_at: '2026-01-01T00:00:00Z',
  series: 's',
  series_title: { th: 's', en: 's' },
  unit_title: { th: 'ราย', en: 'cases' },
  decimals: 0,
  time_zone: 'Asia/Bangkok',
  released_at: null,
  replay: null,
  lever: 'l',
  value: 1,
  before: null,
  observed: 2,
  threshold: 1,
  expires_at: null,
  reason: null,
  officer: null,
  blocked_by: null,
  effect: null,
  acts: [],
});
const focused = (): string | undefined => document.activeElement?.textContent?.trim().slice(0, 1);

it('is walked with j and k, from end to end and not beyond', () => {
  show(DeskTable, { runs: [run('a'), run('b'), run('c')], levers: [], showState: false, chosen: null });
  const seen = ['j', 'j', 'j', 'j', 'k', 'k', 'k'].map((key) => {
    press(document.body, key);
    return focused();
  });
  expect(seen).toEqual(['a', 'b', 'c', 'c', 'b', 'a', 'a']);
});

it('leaves j and k alone while someone writes', () => {
  const page = show(DeskTable, { runs: [run('a')], levers: [], showState: false, chosen: null });
  const field = document.createElement('textarea');
  page.append(field);
  field.focus();
  press(field, 'j');
  expect(document.activeElement).toBe(field);
});
