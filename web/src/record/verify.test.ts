import { describe, expect, it } from 'vitest';
import { fromBase64, toBase64 } from './bytes';
import { sealedAct } from './sealed.testing';
import { verifyAct, type StepName } from './verify';

const given = sealedAct();
const failing = (changed: Partial<typeof given>): StepName[] => {
  const { act, proof, log } = { ...given, ...changed };
  return verifyAct(act, proof, log)
    .steps.filter((step) => !step.ok)
    .map((step) => step.name);
};

describe('an act in the record', () => {
  it('passes every step, and says who witnessed it', () => {
    const verdict = verifyAct(given.act, given.proof, given.log);
    expect(verdict.steps.filter((step) => !step.ok)).toEqual([]);
    expect(verdict.ok).toBe(true);
    expect(verdict.witnesses.map((each) => [each.name, each.state, each.is_own])).toEqual([
      ['w1', 'valid', true],
      ['w2', 'valid', false],
      ['w3', 'absent', false],
    ]);
    expect(verdict.witnesses[0]?.at?.toISOString()).toBe('2023-11-14T22:13:20.000Z');
  });

  it('fails whichever byte of the leaf is changed', () => {
    const leaf = fromBase64(given.act.leaf);
    for (const at of leaf.keys()) {
      const changed = leaf.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      const steps = failing({ act: { ...given.act, leaf: toBase64(changed) } });
      expect(steps).toContain('leaf');
      expect(steps).toContain('inclusion');
    }
  });

  it('fails whichever letter of the proof is changed', () => {
    const signed = given.proof.indexOf('— w2');
    for (let at = 0; at < signed; at++) {
      const letter = given.proof[at] === 'B' ? 'C' : 'B';
      const proof = given.proof.slice(0, at) + letter + given.proof.slice(at + 1);
      expect(failing({ proof }).length, `letter ${at}`).toBeGreaterThan(0);
    }
  });

  it.each<[string, Partial<typeof given.act>, StepName]>([
    ['another kind', { kind: 'run.undo' }, 'fields'],
    ['another time', { at: '1970-01-01T00:00:01.000001Z' }, 'fields'],
    ['an office the leaf has not', { office: 'health' }, 'fields'],
    ['another public value', { public: { n: 2 } }, 'fields'],
    ['another reference', { about: [] }, 'fields'],
    ['a hidden commitment', { commitments: [] }, 'fields'],
    ['another index', { index: 2 }, 'inclusion'],
  ])('fails when the page shows %s', (_, change, step) => {
    expect(failing({ act: { ...given.act, ...change } })).toEqual([step]);
  });

  it('fails when an opening says something else', () => {
    const openings = given.act.openings.map((each) => ({ ...each, value: 'goodbye' }));
    expect(failing({ act: { ...given.act, openings } })).toEqual(['openings']);
  });

  it('fails when too few witnesses signed, or the log is not the one we know', () => {
    expect(failing({ proof: given.proof.replace(/— w2.*\n/, '') })).toEqual(['witnesses']);
    expect(failing({ log: { ...given.log, policy: given.log.policy.replace(/log .*\n/, '') } })).toEqual(['log']);
  });
});
