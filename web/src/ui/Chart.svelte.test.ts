import { beforeAll, expect, it } from 'vitest';
import { speak } from '../i18n/index.svelte';
import Chart from './Chart.svelte';
import { click, press, show } from './mounted.testing';

beforeAll(() => speak('en'));

const hour = 3_600_000;
const points = [10, 12, null, 15].map((value, at) => ({ at: at * hour, value }));
const props = { title: 'Water level', sentence: 'It rose.', unit: 'metres', decimals: 1, cadence_s: 3600, points };

it('says what it shows, in words and with its unit', () => {
  const page = show(Chart, props);
  expect(page.querySelector('.says')?.textContent).toBe('It rose.');
  expect(page.querySelector('svg')?.getAttribute('aria-label')).toContain('Water level');
  expect(page.querySelector('.unit')?.textContent).toBe('metres');
});

it('can be read as a table, newest first, gaps included', () => {
  const page = show(Chart, props);
  click([...page.querySelectorAll('[role=radio]')].find((each) => each.textContent === 'Table'));
  const cells = [...page.querySelectorAll('tbody td')].map((cell) => cell.textContent?.trim());
  expect(cells).toEqual(['15.0', 'no value', '12.0', '10.0']);
});

it('can be read point by point with the arrow keys', () => {
  const page = show(Chart, props);
  const picture = page.querySelector('svg') as Element;
  press(picture, 'ArrowLeft');
  expect(page.querySelector('[aria-live]')?.textContent).toContain('no value');
  press(picture, 'Home');
  expect(page.querySelector('[aria-live]')?.textContent).toContain('10.0 metres');
  press(picture, 'ArrowLeft');
  expect(page.querySelector('[aria-live]')?.textContent).toContain('10.0 metres');
});

it('draws thresholds with their words', () => {
  const page = show(Chart, { ...props, lines: [{ value: 14, label: 'acts at 14', look: 'threshold' as const }] });
  expect(page.textContent).toContain('acts at 14');
});

it('teaches when there is nothing', () => {
  expect(show(Chart, { ...props, points: [] }).textContent).toContain('Choose a longer one');
});
