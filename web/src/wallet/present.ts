import { type Copy } from './card';
import { need, WalletFault } from './fault';
import { encrypt } from './jwe';
import { isObject, textOf, type JsonObject } from './json';
import { form, safe, send, textOfReply, type World } from './net';
import type { Request } from './request';
import { bind, parseSdJwt, select, type Path } from './sd-jwt';

/** The answer (OpenID4VP §8): what the person agreed to, bound to this verifier and this request, and nothing else. */

/** For one credential query: which copy is shown, and what of it. */
export type Agreed = { id: string; copy: Copy; paths: Path[]; bound: boolean };

/** Sends the presentations. The copies are used up from here on, whatever the verifier answers. */
export async function present(world: World, request: Request, agreed: Agreed[]): Promise<string | undefined> {
  need(request.expires === undefined || request.expires > world.now(), 'request_expired', 'exp is over');
  const presented = agreed.map(async ({ id, copy, paths, bound }) => {
    const shown = select(await parseSdJwt(copy.text), paths);
    return { [id]: [bound ? await bind(shown, copy.key, request.verifier.id, request.nonce, world.now()) : shown] };
  });
  const vp_token: JsonObject = Object.assign({}, ...(await Promise.all(presented)));
  return post(world, request, await body(request, vp_token));
}

/** Says no, so that the verifier need not wait. */
export const refuse = async (world: World, request: Request): Promise<string | undefined> =>
  post(world, request, form({ error: 'access_denied', state: request.state }));

async function body(request: Request, vp_token: JsonObject): Promise<string> {
  const { encrypted, state } = request;
  if (!encrypted) return form({ vp_token: JSON.stringify(vp_token), state });
  const answer = JSON.stringify({ vp_token, ...(state ? { state } : {}) });
  return form({ response: await encrypt(encrypted.key, encrypted.content, answer) });
}

/** Where to go on, if the verifier says so (§8.2). */
async function post(world: World, request: Request, text: string): Promise<string | undefined> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' };
  const reply = await send(world, request.response_uri, { method: 'POST', headers, body: text });
  const said = await textOfReply(reply);
  let answer: unknown;
  try {
    answer = JSON.parse(said || '{}');
  } catch {
    // Only its status counts then.
  }
  if (!reply.ok)
    throw new WalletFault(
      'verifier_refused',
      textOf(answer, 'error_description') ?? textOf(answer, 'detail') ?? textOf(answer, 'error') ?? `status ${reply.status}`,
    );
  const next = isObject(answer) ? textOf(answer, 'redirect_uri') : undefined;
  return next && safe(next).toString();
}
