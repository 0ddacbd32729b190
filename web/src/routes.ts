import type { Component } from 'svelte';
import { match, type Params } from './router.svelte';

type PageModule = { default: Component<{ id: string }> };
type Route = { pattern: string; load: () => Promise<unknown> };

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
  { pattern: '/sign-in', load: () => import('./pages/people/SignIn.svelte') },
  { pattern: '/me', load: () => import('./pages/people/Me.svelte') },
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
