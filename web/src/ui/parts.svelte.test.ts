import { createRawSnippet, type Component } from 'svelte';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { ProblemError } from '../api/problem';
import { speak } from '../i18n/index.svelte';
import Button from './Button.svelte';
import Check from './Check.svelte';
import ErrorSummary from './ErrorSummary.svelte';
import Field from './Field.svelte';
import { click, press, show } from './mounted.testing';
import StateMark from './StateMark.svelte';
import Tabs from './Tabs.svelte';
import Time from './Time.svelte';
import Trouble from './Trouble.svelte';

beforeAll(() => speak('en'));
const words = (text: string) => createRawSnippet(() => ({ render: () => `<span>${text}</span>` }));

describe('an error summary', () => {
  it('takes the focus and leads to the field', () => {
    show(Field, { id: 'reason', label: 'Reason', value: '', error: 'Write a reason' });
    const page = show(ErrorSummary, { errors: [{ id: 'reason', text: 'Write a reason' }] });
    expect(document.activeElement?.getAttribute('role')).toBe('alert');
    click(page.querySelector('[role=alert] a'));
    expect(document.activeElement?.id).toBe('reason');
  });
  it('is not there without errors', () => expect(show(ErrorSummary, { errors: [] }).querySelector('[role=alert]')).toBeNull());
});

it('a field names its hint and its error to the screen reader', () => {
  const page = show(Field, { id: 'x', label: 'Name', value: 'a', hint: 'Any name', error: 'Too short' });
  const input = page.querySelector('input');
  expect(input?.getAttribute('aria-describedby')).toBe('x-hint x-error');
  expect(input?.getAttribute('aria-invalid')).toBe('true');
});

it('a busy button does nothing and stays where it is', () => {
  const pressed = vi.fn();
  const page = show(Button, { busy: true, onclick: pressed, children: words('Send') });
  click(page.querySelector('button'));
  expect(pressed).not.toHaveBeenCalled();
  expect(page.querySelector('button')?.getAttribute('aria-busy')).toBe('true');
});

it('tabs move with the arrow keys and wrap around', () => {
  const chosen: string[] = [];
  const tabs = [
    { id: 'a', label: 'A' },
    { id: 'b', label: 'B' },
  ];
  const page = show(Tabs as unknown as Component<Record<string, unknown>>, {
    label: 'View',
    tabs,
    value: 'a',
    onchange: (id: string) => chosen.push(id),
  });
  const [first, second] = page.querySelectorAll('button');
  press(first as Element, 'ArrowLeft');
  press(second as Element, 'ArrowRight');
  expect(chosen).toEqual(['b', 'a']);
});

it('a time is relative, and exact when pressed', () => {
  const page = show(Time, { at: new Date(Date.now() - 3 * 60_000).toISOString() });
  expect(page.querySelector('time')?.textContent).toBe('3 minutes ago');
  expect(page.querySelector('button')?.title).toMatch(/^\d+ \w+ \d{4} \d\d:\d\d:\d\d$/);
  click(page.querySelector('button'));
  expect(page.querySelector('time')?.textContent).toMatch(/\d{4}/);
});

it('a state has a shape and a word, not only a colour', () => {
  const shapes = (['high', 'low', 'usual', 'silent'] as const).map((state) => {
    const page = show(StateMark, { state });
    const marks = page.querySelectorAll('.mark');
    const mark = marks[marks.length - 1];
    return `${mark?.querySelector('path')?.getAttribute('d')}|${mark?.textContent?.trim()}`;
  });
  expect(new Set(shapes).size).toBe(4);
});

describe('trouble', () => {
  it('says in the words of the hall what happened, and where it is recorded', () => {
    const problem = new ProblemError({
      status: 422,
      code: 'reason_missing',
      title: 'Not done',
      detail: 'The reason is empty.',
      act: 'act_1',
    });
    const page = show(Trouble, { problem });
    expect(page.textContent).toContain('The reason is empty.');
    expect(page.textContent).toContain('reason_missing');
    expect([...page.querySelectorAll('a')].map((link) => link.getAttribute('href'))).toEqual([
      '/about/problems#reason_missing',
      '/record/act_1',
    ]);
  });
  it('says what is kept when the hall is out of reach, and lets one try again', () => {
    const retry = vi.fn();
    const page = show(Trouble, { problem: new ProblemError({ status: 0, code: 'unreachable' }), retry });
    expect(page.textContent).toContain('Nothing you wrote was lost');
    click(page.querySelector('button'));
    expect(retry).toHaveBeenCalledOnce();
  });
});

it('a check is ticked alone, or adds its value to a list', () => {
  const children = words('signs it');
  const alone = show(Check as Component<Record<string, unknown>>, { checked: true, children });
  expect(alone.querySelector('input')?.checked).toBe(true);
  expect(alone.querySelector('label')?.textContent).toContain('signs it');
  const listed = show(Check as Component<Record<string, unknown>>, { group: ['a'], value: 'b', children });
  const box = [...listed.querySelectorAll('input')].at(-1);
  expect(box?.checked).toBe(false);
  click(box);
  expect(box?.checked).toBe(true);
});
