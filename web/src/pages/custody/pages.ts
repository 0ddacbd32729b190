import { open } from '../../i18n/index.svelte';

type Page = 'Unmaskings' | 'Case' | 'Committee' | 'Counts';
/** The pages of the custodians, with their own words; few people come here, so that even their list is fetched with them. */
const pages: Record<Page, () => Promise<unknown>> = {
  Unmaskings: () => import('./Unmaskings.svelte'),
  Case: () => import('./Case.svelte'),
  Committee: () => import('./Committee.svelte'),
  Counts: () => import('./Counts.svelte'),
};
const book = { th: () => import('../../i18n/custody.th.json'), en: () => import('../../i18n/custody.en.json') };

export const enter = async (page: Page): Promise<unknown> => (await Promise.all([pages[page](), open('custody', book)]))[0];
