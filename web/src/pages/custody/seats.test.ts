import { expect, it } from 'vitest';
import type { Session } from '../../api/types';
import { grouped, mayAsk, seatOf, sitsAt, stagesOf } from './seats';
import type { Custody } from './types';

const officer = (office: string, ...roles: string[]): Session => ({ kind: 'officer', office, roles }) as unknown as Session;
const custody = {
  members: [
    { id: 'court', desk: null },
    { id: 'health', desk: { office: 'health', role: 'custodian' } },
  ],
  requesters: [{ office: 'digital', role: 'records_officer' }],
} as unknown as Custody;

it('seats an officer by office and role, an administrator by office, and nobody else', () => {
  expect(seatOf(officer('health', 'custodian'), custody)?.id).toBe('health');
  expect(seatOf(officer('health', 'administrator'), custody)?.id).toBe('health');
  expect(seatOf(officer('health', 'analyst'), custody)).toBeUndefined();
  expect(seatOf(officer('digital', 'custodian'), custody)).toBeUndefined();
  expect(seatOf(undefined, custody)).toBeUndefined();
  expect(sitsAt(officer('health', 'custodian'), null)).toBe(false);
  expect(mayAsk(officer('digital', 'records_officer'), custody)).toBe(true);
  expect(mayAsk(officer('health', 'records_officer'), custody)).toBe(false);
});

it('shows the round of revealing only where there was one, and no opening in a handover', () => {
  const made = { from: null, stage: 'done', messages: [] };
  expect(stagesOf(made)).toEqual(['announcing', 'dealing', 'complaining', 'opening', 'settled', 'done']);
  expect(stagesOf({ ...made, stage: 'revealing' })).toContain('revealing');
  expect(stagesOf({ ...made, from: {} as Custody['from'] })).not.toContain('opening');
});

it('groups letters for reading aloud', () => {
  expect(grouped('0123456789')).toBe('0123 4567 89');
});
