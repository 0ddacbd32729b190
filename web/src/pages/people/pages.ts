type Page =
  | 'SignIn'
  | 'IdentityCallback'
  | 'Recover'
  | 'Me'
  | 'Personas'
  | 'Keys'
  | 'Mandates'
  | 'MandateNew'
  | 'MandatePage'
  | 'Data'
  | 'Notices'
  | 'Policies'
  | 'PeopleDesk';

/** The pages of the room of people. Their list comes with the first of them: who only looks at the board does not need it. */
export const pages: Record<Page, () => Promise<unknown>> = {
  SignIn: () => import('./SignIn.svelte'),
  IdentityCallback: () => import('./IdentityCallback.svelte'),
  Recover: () => import('./Recover.svelte'),
  Me: () => import('./Me.svelte'),
  Personas: () => import('./Personas.svelte'),
  Keys: () => import('./Keys.svelte'),
  Mandates: () => import('./Mandates.svelte'),
  MandateNew: () => import('./MandateNew.svelte'),
  MandatePage: () => import('./MandatePage.svelte'),
  Data: () => import('./Data.svelte'),
  Notices: () => import('./Notices.svelte'),
  Policies: () => import('./Policies.svelte'),
  PeopleDesk: () => import('./PeopleDesk.svelte'),
};
