/** The pages of the law of the spaces. */
export const pages = {
  Conduct: () => import('./Conduct.svelte'),
  Desk: () => import('./Desk.svelte'),
  Report: () => import('./Report.svelte'),
};
