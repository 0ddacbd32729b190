/** The pages of the register of digital assets. */
export const pages = {
  Assets: () => import('./Assets.svelte'),
  Asset: () => import('./AssetPage.svelte'),
  Register: () => import('./Register.svelte'),
};
