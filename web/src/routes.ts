import type { Component } from 'svelte';
import { open } from './i18n/index.svelte';
import { match, type Params } from './router.svelte';

type PageModule = { default: Component<{ id: string }> };
type Route = { pattern: string; load: () => Promise<unknown> };

/** Pages of the room of people come with their own words. */
const people = (load: () => Promise<unknown>) => async (): Promise<unknown> => (await Promise.all([load(), open('people')]))[0];

/** Every address of the hall; each page is its own file, fetched when it is first opened. */
const routes: Route[] = [
  { pattern: '/', load: () => import('./pages/streams/Board.svelte') },
  { pattern: '/series/:id', load: () => import('./pages/streams/SeriesPage.svelte') },
  { pattern: '/measures', load: () => import('./pages/measures/Measures.svelte') },
  { pattern: '/measures/:id', load: () => import('./pages/measures/MeasurePage.svelte') },
  { pattern: '/runs/:id', load: () => import('./pages/measures/RunPage.svelte') },
  { pattern: '/desk', load: () => import('./pages/measures/Desk.svelte') },
  { pattern: '/record', load: () => import('./pages/record/Record.svelte') },
  { pattern: '/record/:id', load: () => import('./pages/record/ActPage.svelte') },
  { pattern: '/log', load: () => import('./pages/record/LogPage.svelte') },
  { pattern: '/sign-in', load: people(() => import('./pages/people/SignIn.svelte')) },
  { pattern: '/identity/:id/callback', load: people(() => import('./pages/people/IdentityCallback.svelte')) },
  { pattern: '/recover', load: people(() => import('./pages/people/Recover.svelte')) },
  { pattern: '/me', load: people(() => import('./pages/people/Me.svelte')) },
  { pattern: '/me/personas', load: people(() => import('./pages/people/Personas.svelte')) },
  { pattern: '/me/keys', load: people(() => import('./pages/people/Keys.svelte')) },
  { pattern: '/me/mandates', load: people(() => import('./pages/people/Mandates.svelte')) },
  { pattern: '/me/mandates/new', load: people(() => import('./pages/people/MandateNew.svelte')) },
  { pattern: '/me/mandates/:id', load: people(() => import('./pages/people/MandatePage.svelte')) },
  { pattern: '/me/data', load: people(() => import('./pages/people/Data.svelte')) },
  { pattern: '/me/notices', load: people(() => import('./pages/people/Notices.svelte')) },
  { pattern: '/policies', load: people(() => import('./pages/people/Policies.svelte')) },
  { pattern: '/desk/people', load: people(() => import('./pages/people/PeopleDesk.svelte')) },
  { pattern: '/about', load: () => import('./pages/hall/About.svelte') },
  { pattern: '/about/problems', load: () => import('./pages/hall/Problems.svelte') },
  { pattern: '/ethics', load: () => import('./pages/hall/Ethics.svelte') },
];

export type Found = { pattern: string; params: Params; load: () => Promise<PageModule> };

export function find(path: string): Found {
  for (const { pattern, load } of routes) {
    const params = match(pattern, path);
    if (params) return { pattern, params, load: load as Found['load'] };
  }
  return { pattern: 'missing', params: {}, load: (() => import('./pages/hall/Missing.svelte')) as Found['load'] };
}
