import type { Component } from 'svelte';
import { open } from './i18n/index.svelte';
import { match, type Params } from './router.svelte';

type PageModule = { default: Component<{ id: string }> };

type Load = () => Promise<unknown>;
type Route = { pattern: string; load: Load };
/** A page with the book of words that its room brings along. */
const worded =
  (book: Parameters<typeof open>[0], load: Load): Load =>
  async () =>
    (await Promise.all([load(), open(book)]))[0];
const person = (page: keyof typeof import('./pages/people/pages').pages) => worded('people', async () => (await import('./pages/people/pages')).pages[page]());
const custody = (page: Parameters<typeof import('./pages/custody/pages').enter>[0]) => worded('people', async () => (await import('./pages/custody/pages')).enter(page));
/** Pages of the wallet: few people enter, so that their list is fetched with them. */
const wallet = (page: keyof typeof import('./pages/wallet/pages').pages) =>
  worded('people', worded('wallet', async () => (await import('./pages/wallet/pages')).pages[page]()));

const conduct = (page: keyof typeof import('./pages/conduct/pages').pages) =>
  worded('people', worded('conduct', async () => (await import('./pages/conduct/pages')).pages[page]()));
const meeting = (page: keyof typeof import('./pages/meetings/pages').pages) =>
  worded('people', worded('meetings', async () => (await import('./pages/meetings/pages')).pages[page]()));

const assets = (page: keyof typeof import('./pages/assets/pages').pages) =>
  worded('people', worded('assets', async () => (await import('./pages/assets/pages')).pages[page]()));

/** Every address of the hall; each page is its own file, fetched when it is first opened. */
const routes: Route[] = [
  { pattern: '/', load: () => import('./pages/streams/Board.svelte') },
  { pattern: '/series/:id', load: () => import('./pages/streams/SeriesPage.svelte') },
  { pattern: '/measures', load: () => import('./pages/measures/Measures.svelte') },
  { pattern: '/measures/:id', load: () => import('./pages/measures/MeasurePage.svelte') },
  { pattern: '/runs/:id', load: () => import('./pages/measures/RunPage.svelte') },
  { pattern: '/streets', load: worded('streets', () => import('./pages/streets/Streets.svelte')) },
  { pattern: '/streets/:id', load: worded('streets', () => import('./pages/streets/StreetPage.svelte')) },
  { pattern: '/streets/:id/live', load: worded('streets', () => import('./pages/streets/LivePage.svelte')) },
  { pattern: '/impacts/:id', load: worded('streets', () => import('./pages/streets/ImpactPage.svelte')) },
  { pattern: '/spaces', load: worded('world', () => import('./pages/world/Spaces.svelte')) },
  { pattern: '/spaces/:id', load: worded('world', () => import('./pages/world/SpacePage.svelte')) },
  { pattern: '/meetings', load: meeting('Meetings') },
  { pattern: '/meetings/at/:id', load: meeting('AtSpace') },
  { pattern: '/meetings/:id', load: meeting('MeetingPage') },
  { pattern: '/meetings/:id/minutes', load: meeting('MinutesPage') },
  { pattern: '/cities', load: worded('city', () => import('./pages/city/Cities.svelte')) },
  { pattern: '/cities/:id', load: worded('streets', worded('city', () => import('./pages/city/City.svelte'))) },
  { pattern: '/papers/:id', load: worded('city', () => import('./pages/city/Paper.svelte')) },
  { pattern: '/property', load: assets('Assets') },
  { pattern: '/property/new', load: assets('Register') },
  { pattern: '/property/:id', load: assets('Asset') },
  { pattern: '/conduct', load: conduct('Conduct') },
  { pattern: '/desk/conduct', load: conduct('Desk') },
  { pattern: '/desk/conduct/:id', load: conduct('Report') },
  { pattern: '/desk', load: () => import('./pages/measures/Desk.svelte') },
  { pattern: '/record', load: () => import('./pages/record/Record.svelte') },
  { pattern: '/record/:id', load: worded('record', () => import('./pages/record/ActPage.svelte')) },
  { pattern: '/log', load: worded('record', () => import('./pages/record/LogPage.svelte')) },
  { pattern: '/sign-in', load: person('SignIn') },
  { pattern: '/identity/:id/callback', load: person('IdentityCallback') },
  { pattern: '/recover', load: person('Recover') },
  { pattern: '/me', load: person('Me') },
  { pattern: '/me/personas', load: person('Personas') },
  { pattern: '/me/keys', load: person('Keys') },
  { pattern: '/me/mandates', load: person('Mandates') },
  { pattern: '/me/mandates/new', load: person('MandateNew') },
  { pattern: '/me/mandates/:id', load: person('MandatePage') },
  { pattern: '/me/data', load: person('Data') },
  { pattern: '/me/notices', load: person('Notices') },
  { pattern: '/me/credentials', load: wallet('Credentials') },
  { pattern: '/wallet', load: wallet('Wallet') },
  { pattern: '/wallet/receive', load: wallet('Receive') },
  { pattern: '/wallet/present', load: wallet('Present') },
  { pattern: '/authorize', load: wallet('Authorize') },
  { pattern: '/presentations', load: wallet('Presentations') },
  { pattern: '/presentations/:id', load: wallet('Presentation') },
  { pattern: '/desk/presentations', load: wallet('Presentations') },
  { pattern: '/policies', load: person('Policies') },
  { pattern: '/desk/people', load: person('PeopleDesk') },
  { pattern: '/desk/unmaskings', load: custody('Unmaskings') },
  { pattern: '/desk/unmaskings/:id', load: custody('Case') },
  { pattern: '/custodians', load: custody('Committee') },
  { pattern: '/unmaskings', load: custody('Counts') },
  { pattern: '/about', load: worded('about', () => import('./pages/hall/About.svelte')) },
  { pattern: '/about/problems', load: worded('about', () => import('./pages/hall/Problems.svelte')) },
  { pattern: '/ethics', load: worded('about', () => import('./pages/hall/Ethics.svelte')) },
];

export type Found = { pattern: string; params: Params; load: () => Promise<PageModule> };

export function find(path: string): Found {
  for (const { pattern, load } of routes) {
    const params = match(pattern, path);
    if (params) return { pattern, params, load: load as Found['load'] };
  }
  return { pattern: 'missing', params: {}, load: (() => import('./pages/hall/Missing.svelte')) as Found['load'] };
}
