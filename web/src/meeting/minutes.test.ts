import { sha256 } from '@noble/hashes/sha2.js';
import { expect, it } from 'vitest';
import { toHex, utf8 } from '../record/bytes';
import { sealedAct } from '../record/sealed.testing';
import { checkMinutes } from './minutes';

const bytes = utf8('{"title":"ประชุม"}');
const given = sealedAct();
const closing = (sha: unknown) => ({ ...given.act, public: { minutes_sha256: sha } });

it('agrees when the act holds the hash of the very bytes, and proves the act beside it', () => {
  const checked = checkMinutes(bytes, closing(toHex(sha256(bytes))), given.proof, given.log);
  expect(checked.agrees).toBe(true);
  expect(checked.own).toBe(checked.said);
  // the act of these vectors holds no such hash: what the page is told of an act is checked against its leaf
  expect(checked.act.ok).toBe(false);
  expect(checked.act.steps.filter((step) => !step.ok).map((step) => step.name)).toEqual(['fields']);
});
it('does not agree when one letter was changed, or the act says nothing', () => {
  const sha = toHex(sha256(bytes));
  expect(checkMinutes(utf8('{"title":"ประชุม."}'), closing(sha), given.proof, given.log).agrees).toBe(false);
  expect(checkMinutes(bytes, closing(undefined), given.proof, given.log)).toMatchObject({ agrees: false, said: null });
  expect(checkMinutes(bytes, closing(7), given.proof, given.log).agrees).toBe(false);
});
it('takes the act from the record as it is', () => {
  expect(checkMinutes(bytes, given.act, given.proof, given.log).act.ok).toBe(true);
});
