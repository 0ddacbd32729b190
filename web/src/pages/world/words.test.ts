import { beforeAll, expect, it } from 'vitest';
import { open, speak } from '../../i18n/index.svelte';
import type { Who } from '../../world/messages';
import type { Fixture, Space } from '../../world/space';
import { leadsTo, nameOf, whereabouts } from './words';

beforeAll(async () => {
  await speak('th');
  await open('world');
});
const text = (th: string) => ({ th, en: th });
const fixture = (page: string | null): Fixture => ({ id: 'a', kind: 'door', at: [5, 5], y: 1, yaw: 0, title: text('ประตู'), name: text('ประตู'), page });
const space = { id: 'hall', title: text('ศาลากลาง'), fixtures: [fixture('/record')] } as unknown as Space;

it('a door leads into the next space as one came, a service to its page, and a plaque nowhere: it is read here', () => {
  expect(leadsTo(space, fixture('/spaces/garden'), '3d')).toBe('/spaces/garden?view=3d');
  expect(leadsTo(space, fixture('/spaces/garden#pond'), 'page')).toBe('/spaces/garden?view=page#pond');
  expect(leadsTo(space, fixture('/spaces/garden'), null)).toBe('/spaces/garden');
  expect(leadsTo(space, fixture('/record'), '3d')).toBe('/record');
  expect([leadsTo(space, fixture('/spaces/hall#a'), '3d'), leadsTo(space, fixture(null), null)]).toEqual([null, null]);
});

it('an officer is called by the office, a persona by its name, and nobody by nothing', () => {
  const who = (more: Partial<Who>): Who => ({ persona: 'p', name: '', look: '', ...more });
  expect(nameOf(who({ name: 'สมศรี' }))).toBe('สมศรี');
  expect(nameOf(who({ badge: { office: 'bma', title: text('สำนักการระบายน้ำ') } }))).toBe('สำนักการระบายน้ำ');
  expect(nameOf(who({}))).toBe('ผู้มาเยือนที่ไม่ได้ตั้งชื่อ');
});

it('tells where one is in words, near and far', () => {
  expect(whereabouts(space, { x: 5, z: 6 }, 0)).toBe('คุณอยู่ที่ “ประตู” หันไปทางทิศเหนือ');
  expect(whereabouts(space, { x: 5, z: 9 }, Math.PI)).toBe('คุณอยู่ใกล้ “ประตู” ห่าง 4 เมตร หันไปทางทิศใต้');
  expect(whereabouts(space, { x: 50, z: 9 }, Math.PI / 2)).toBe('คุณอยู่ในศาลากลาง หันไปทางทิศตะวันออก');
});
