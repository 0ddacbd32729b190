import type { Session } from '../../api/types';
import type { Custodian, Custody, Handover } from './types';

type Desk = { office: string; role: string };

/** Whether someone sits at a desk; an administrator of the office may do what its roles may. */
export const sitsAt = (session: Session | undefined, desk: Desk | null): boolean =>
  session?.kind === 'officer' &&
  desk !== null &&
  session.office === desk.office &&
  (session.roles.includes(desk.role) || session.roles.includes('administrator'));

/** The custodian for whom the caller decides in this committee. */
export const seatOf = (session: Session | undefined, custody: { members: Custodian[] }): Custodian | undefined =>
  custody.members.find((member) => sitsAt(session, member.desk));

/** The same among those who give the key away. */
export const oldSeatOf = (session: Session | undefined, handover: Handover): Custodian | undefined =>
  handover.from_members.find((member) => sitsAt(session, member.desk));

export const mayAsk = (session: Session | undefined, custody: Custody): boolean => custody.requesters.some((desk) => sitsAt(session, desk));

/** What happens on the way to a key, in order; a handover has nothing to open, since nothing new is drawn. */
export function stagesOf(custody: Pick<Custody, 'from' | 'stage' | 'messages'>): string[] {
  if (custody.from) return ['announcing', 'accepting', 'dealing', 'complaining', 'settled', 'done'];
  const revealed = custody.stage === 'revealing' || custody.messages.some((message) => message.round === 'revealing');
  return ['announcing', 'dealing', 'complaining', 'opening', ...(revealed ? ['revealing'] : []), 'settled', 'done'];
}

/** Letters in groups of four, so that two people can compare them by voice. */
export const grouped = (hex: string): string => hex.match(/.{1,4}/g)?.join(' ') ?? hex;
