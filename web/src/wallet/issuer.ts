import type { Text } from '../api/types';
import { need } from './fault';
import { isObject, numberOf, textOf, textsOf, type JsonObject } from './json';
import { configurationNames, textIn, type Names } from './names';
import { getObject, safe, wellKnown, type World } from './net';
import type { Offer } from './offer';

/** Issuer metadata (OpenID4VCI §12.2) and its authorisation server's (RFC 8414). */

export type Configuration = { id: string; vct: string; scope: string | undefined; names: Names };
export type Issuer = {
  id: string;
  name: Text;
  host: string;
  server: Server;
  credential_endpoint: string;
  nonce_endpoint: string | undefined;
  notification_endpoint: string | undefined;
  /** How many copies come at once. */
  batch: number;
  /** Those of the offer that this wallet can hold. */
  offered: Configuration[];
};
export type Server = {
  id: string;
  token: string;
  authorization: string | undefined;
  pushed: string | undefined;
  dpop: boolean;
  /** Its answers say from whom they are (RFC 9207): one that does not is not its own. */
  names_itself: boolean;
};

/** Copies asked for at once: enough for a while, few enough to keep. */
const most_copies = 10;

export async function meet(world: World, offer: Offer): Promise<Issuer> {
  const metadata = await getObject(world, wellKnown(offer.issuer, 'openid-credential-issuer'));
  need(metadata['credential_issuer'] === offer.issuer, 'issuer_mismatch', 'the metadata are of another issuer');
  const endpoint = (name: string): string | undefined => {
    const address = textOf(metadata, name);
    return address && safe(address) ? address : undefined;
  };
  const credential_endpoint = endpoint('credential_endpoint');
  need(credential_endpoint, 'answer_unreadable', 'the issuer names no credential endpoint');
  const supported = metadata['credential_configurations_supported'];
  const offered = offer.configurations.flatMap((id) => {
    const found = isObject(supported) && Object.hasOwn(supported, id) ? supported[id] : undefined;
    return isObject(found) ? configuration(id, found) : [];
  });
  need(offered.length > 0, 'offer_unsupported', 'none of the offered credentials is an SD-JWT VC bound to an ES256 key');
  const host = new URL(offer.issuer).host;
  const batch = metadata['batch_credential_issuance'];
  return {
    id: offer.issuer,
    name: textIn(metadata['display'], 'name') ?? { th: host, en: host },
    host,
    server: await authorizationServer(world, offer, textsOf(metadata['authorization_servers'])),
    credential_endpoint,
    nonce_endpoint: endpoint('nonce_endpoint'),
    notification_endpoint: endpoint('notification_endpoint'),
    batch: Math.max(1, Math.min(most_copies, isObject(batch) ? Math.floor(numberOf(batch, 'batch_size') ?? 1) : 1)),
    offered,
  };
}

function configuration(id: string, found: JsonObject): Configuration[] {
  const vct = textOf(found, 'vct');
  const proofs = isObject(found['proof_types_supported']) ? found['proof_types_supported']['jwt'] : undefined;
  const signs = isObject(proofs) && textsOf(proofs['proof_signing_alg_values_supported']).includes('ES256');
  if (found['format'] !== 'dc+sd-jwt' || !vct || !signs) return [];
  return [{ id, vct, scope: textOf(found, 'scope'), names: configurationNames(found, id) }];
}

/** The issuer is its own server where it names none; an offer may choose among those that it names, and no other. */
async function authorizationServer(world: World, offer: Offer, named: string[]): Promise<Server> {
  const wanted = (offer.pre_authorized ?? offer.sign_in)?.server;
  need(wanted === undefined || named.includes(wanted), 'issuer_mismatch', 'the offer names a server that the issuer does not');
  const id = wanted ?? named[0] ?? offer.issuer;
  const metadata = await getObject(world, wellKnown(id, 'oauth-authorization-server'));
  need(metadata['issuer'] === id, 'issuer_mismatch', 'the server’s metadata are of another server');
  const endpoint = (name: string): string | undefined => {
    const address = textOf(metadata, name);
    return address && safe(address) ? address : undefined;
  };
  const token = endpoint('token_endpoint');
  need(token, 'answer_unreadable', 'the server names no token endpoint');
  const dpop = textsOf(metadata['dpop_signing_alg_values_supported']).includes('ES256');
  const names_itself = metadata['authorization_response_iss_parameter_supported'] === true;
  return {
    id,
    token,
    authorization: endpoint('authorization_endpoint'),
    pushed: endpoint('pushed_authorization_request_endpoint'),
    dpop,
    names_itself,
  };
}
