import { mount, unmount } from 'svelte';
import { post } from '../api/client';
import { ProblemError } from '../api/problem';
import { open, t } from '../i18n/index.svelte';
import { isSupported, sign as ask, toUrl64 } from '../pages/people/passkey';
import { namesIn } from './sign-words';
import { challenge } from './statement';

type Nonce = { nonce: string; hall: string; rp_id: string; actor: string };
/** What is about to be signed, as the dialog tells it before the browser's own prompt. */
export type Asked = { hall: string; method: string; path: string; body: string; actor: string };

/** Nothing was sent: said in the page's own words, since the hall was never asked. */
const unsigned = (code: 'cancelled' | 'unsupported'): ProblemError =>
  new ProblemError({ status: 0, code: `signature_${code}`, title: t(`people.sign.${code}_title`), detail: t(`people.sign.${code}`) });

/** The header `Sala-Signature` for a request: the person confirms it with a passkey. `path` with its query, `body` as it will be sent, `behalf` the mandate. */
export async function signature(method: string, path: string, body: string, behalf = ''): Promise<string> {
  const [{ default: SignDialog }] = await Promise.all([import('./SignDialog.svelte'), open('people')]);
  if (!isSupported()) throw unsigned('unsupported');
  const [{ nonce, hall, rp_id, actor }, called] = await Promise.all([post<Nonce>('/session/nonce'), namesIn(body).catch(() => new Map<string, string>())]);
  const statement = { hall, method, path, body, actor, behalf, nonce };
  const credential = await new Promise<Record<string, unknown> | undefined>((resolve) => {
    const ondone = (answer: Record<string, unknown> | undefined): void => {
      void unmount(dialog);
      resolve(answer);
    };
    const dialog = mount(SignDialog, { target: document.body, props: { asked: statement, called, sign: () => ask(challenge(statement), rp_id), ondone } });
  });
  if (!credential) throw unsigned('cancelled');
  return toUrl64(new TextEncoder().encode(JSON.stringify({ nonce, credential })).buffer);
}

/** Confirms that it is still the same person; the session counts as fresh for some minutes. */
export const stepUp = (): Promise<{ fresh_until: string }> => post('/session/step-up');
