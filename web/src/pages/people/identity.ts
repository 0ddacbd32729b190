import { get } from '../../api/client';
import type { IdentityProvider, Page } from '../../api/types';

let asked: Promise<IdentityProvider[]> | undefined;

/** Who may say who someone is. The profile's choice: asked once, and again after a failure. */
export function providers(): Promise<IdentityProvider[]> {
  asked ??= get<Page<IdentityProvider>>('/identity/providers')
    .then((page) => page.items)
    .catch((cause: unknown) => {
      asked = undefined;
      throw cause;
    });
  return asked;
}

/** Level of identity as the guidelines write it: 230 → 2.3. */
export const level = (hundredths: number): string => (hundredths / 100).toFixed(1);
