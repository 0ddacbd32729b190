import { need } from './fault';
import { isObject, numberOf, readObject, textOf, textsOf, type JsonObject } from './json';
import { getObject, identifier, parametersOf, safe, type World } from './net';

/** The credential offer (OpenID4VCI §4): a link, a QR code or a pasted text. */

export const pre_authorized = 'urn:ietf:params:oauth:grant-type:pre-authorized_code';

export type Pin = { numeric: boolean; length: number | undefined; description: string | undefined };
export type Offer = {
  issuer: string;
  configurations: string[];
  /** A code that knows the person already, and the PIN that must come with it. */
  pre_authorized: { code: string; pin: Pin | undefined; server: string | undefined } | undefined;
  /** Sign in at the issuer first. */
  sign_in: { issuer_state: string | undefined; server: string | undefined } | undefined;
};

/** Reads any of the forms in which an offer comes: our own address's query, a link of any scheme, or the JSON itself. */
export async function readOffer(world: World, given: string): Promise<Offer> {
  const text = given.trim();
  if (text.startsWith('{')) return parse(readObject(text, 'link_unknown', 'the offer'));
  const query = text.indexOf('?');
  need(query >= 0, 'link_unknown', 'it has no query');
  const parameters = parametersOf(text.slice(query).split('#')[0] ?? '');
  const [inline, reference] = [parameters.get('credential_offer'), parameters.get('credential_offer_uri')];
  need(
    (inline === undefined) !== (reference === undefined),
    'link_unknown',
    'there is not exactly one of credential_offer and credential_offer_uri',
  );
  if (inline !== undefined) return parse(readObject(inline, 'link_unknown', 'the offer'));
  safe(reference ?? '');
  return parse(await getObject(world, reference ?? ''));
}

function parse(offer: JsonObject): Offer {
  const issuer = textOf(offer, 'credential_issuer');
  const configurations = textsOf(offer['credential_configuration_ids']);
  need(issuer && configurations.length > 0, 'link_unknown', 'the offer names no issuer or no credential');
  need(new Set(configurations).size === configurations.length, 'link_unknown', 'the offer names a credential twice');
  identifier(issuer);
  const grants = isObject(offer['grants']) ? offer['grants'] : undefined;
  const [known, sign_in] = [grants?.[pre_authorized], grants?.['authorization_code']];
  const code = textOf(known, 'pre-authorized_code');
  const server = (grant: unknown): string | undefined => textOf(grant, 'authorization_server');
  return {
    issuer,
    configurations,
    pre_authorized: code ? { code, pin: pinOf(isObject(known) ? known['tx_code'] : undefined), server: server(known) } : undefined,
    sign_in: isObject(sign_in) || !grants ? { issuer_state: textOf(sign_in, 'issuer_state'), server: server(sign_in) } : undefined,
  };
}

function pinOf(asked: unknown): Pin | undefined {
  if (!isObject(asked)) return undefined;
  const length = numberOf(asked, 'length');
  return {
    numeric: asked['input_mode'] !== 'text',
    length: length !== undefined && length > 0 && length <= 64 ? length : undefined,
    description: textOf(asked, 'description')?.slice(0, 300),
  };
}
