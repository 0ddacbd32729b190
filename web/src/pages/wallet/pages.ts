export const pages = {
  Wallet: () => import('./Wallet.svelte'),
  Receive: () => import('./Receive.svelte'),
  Present: () => import('./Present.svelte'),
  Authorize: () => import('./Authorize.svelte'),
  Credentials: () => import('./Credentials.svelte'),
  Presentations: () => import('./Presentations.svelte'),
  Presentation: () => import('./Presentation.svelte'),
};
