/** The pages of meetings; the library of shared documents comes with them. */
export const pages = {
  Meetings: () => import('./Meetings.svelte'),
  AtSpace: () => import('./AtSpace.svelte'),
  MeetingPage: () => import('./MeetingPage.svelte'),
  MinutesPage: () => import('./MinutesPage.svelte'),
};
