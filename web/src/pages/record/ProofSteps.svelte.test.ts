import { beforeAll, expect, it } from 'vitest';
import { open, speak } from '../../i18n/index.svelte';
import { sealedAct } from '../../record/sealed.testing';
import { verifyAct } from '../../record/verify';
import { show } from '../../ui/mounted.testing';
import ProofSteps from './ProofSteps.svelte';

beforeAll(async () => {
  await speak('en');
  await open('record');
});
const { act, proof, log } = sealedAct();
const words = (page: HTMLElement): (string | undefined)[] => [...page.querySelectorAll('.word')].map((each) => each.textContent?.trim());

it('says of each step that it holds, and who runs each witness', () => {
  const page = show(ProofSteps, { verdict: verifyAct(act, proof, log) });
  expect(words(page)).toEqual(Array(6).fill('holds'));
  expect(page.textContent).toContain('2 of 3 known witnesses signed the record of 3 acts; 1 of them is run by the hall itself.');
  expect(page.textContent).not.toMatch(/\{\w+\}/);
});

it('says where a step fails', () => {
  const page = show(ProofSteps, { verdict: verifyAct({ ...act, kind: 'run.undo' }, proof, log) });
  expect(words(page).filter((each) => each === 'fails')).toHaveLength(1);
  expect(page.querySelector('[data-step=fields]')?.textContent).toContain('Where: kind');
});
