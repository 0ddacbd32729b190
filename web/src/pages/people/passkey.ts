import { post } from '../../api/client';
import type { Role, Session } from '../../api/types';

/** The two ceremonies of WebAuthn, between the browser's bytes and the JSON of the wire. */

type Started<T> = { ceremony: string; options: { publicKey: T } };
type CreationJson = PublicKeyCredentialCreationOptionsJSON;
type RequestJson = PublicKeyCredentialRequestOptionsJSON;

export const isSupported = (): boolean => typeof PublicKeyCredential === 'function' && typeof navigator.credentials?.create === 'function';

/** The person closed the prompt, or let it run out: nothing to report as an error. */
export const isCancelled = (cause: unknown): boolean =>
  cause instanceof DOMException && (cause.name === 'NotAllowedError' || cause.name === 'AbortError');

/** `office`: where it is to be used, if that matters; the office may want its maker to attest it. */
export async function register(name: string, label: string, code: string, office = ''): Promise<Session> {
  const asked = { name, ...(code ? { code } : {}), ...(office ? { office } : {}) };
  const { ceremony, options } = await post<Started<CreationJson>>('/passkeys/start', asked);
  const credential = await navigator.credentials.create({ publicKey: creation(options.publicKey) });
  return post<Session>('/passkeys/finish', { ceremony, credential: toJson(credential), label });
}

/** As an officer where the person holds an office, unless they come as a citizen. */
export async function signIn(role?: Role): Promise<Session> {
  const { ceremony, options } = await post<Started<RequestJson>>('/session/passkey/start');
  const credential = await navigator.credentials.get({ publicKey: request(options.publicKey) });
  return post<Session>('/session/passkey/finish', { ceremony, credential: toJson(credential), ...(role ? { role } : {}) });
}

/** Binds a new passkey at the end of a recovery, and signs in with it. */
export async function bindRecovered(slip: { recovery_id: string; code: string }, label: string): Promise<Session> {
  const { ceremony, options } = await post<Started<CreationJson>>('/recovery/passkey/start', slip);
  const credential = await navigator.credentials.create({ publicKey: creation(options.publicKey) });
  return post<Session>('/recovery/passkey/finish', { ceremony, credential: toJson(credential), label });
}

/** The answer of one's own passkey to a challenge that this page made. */
export async function sign(challenge: Uint8Array<ArrayBuffer>, rpId: string): Promise<Record<string, unknown>> {
  return toJson(await navigator.credentials.get({ publicKey: { challenge, rpId, userVerification: 'required' } }));
}

export function fromUrl64(text: string): ArrayBuffer {
  const plain = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
  return Uint8Array.from(plain, (char) => char.charCodeAt(0)).buffer;
}

export function toUrl64(bytes: ArrayBuffer): string {
  const text = Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join('');
  return btoa(text).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

type Listed = { id: string; type: string; transports?: string[] };
const listed = (list: Listed[] | undefined): PublicKeyCredentialDescriptor[] =>
  (list ?? []).map(({ id, transports }) => ({
    id: fromUrl64(id),
    type: 'public-key',
    ...(transports ? { transports: transports as AuthenticatorTransport[] } : {}),
  }));

function creation(json: CreationJson): PublicKeyCredentialCreationOptions {
  return {
    ...json,
    challenge: fromUrl64(json.challenge),
    user: { ...json.user, id: fromUrl64(json.user.id) },
    excludeCredentials: listed(json.excludeCredentials),
  } as PublicKeyCredentialCreationOptions;
}

function request(json: RequestJson): PublicKeyCredentialRequestOptions {
  return {
    ...json,
    challenge: fromUrl64(json.challenge),
    allowCredentials: listed(json.allowCredentials),
  } as PublicKeyCredentialRequestOptions;
}

function toJson(credential: Credential | null): Record<string, unknown> {
  if (!(credential instanceof PublicKeyCredential)) throw new DOMException('no credential', 'NotAllowedError');
  const { response } = credential;
  const shared = {
    id: credential.id,
    rawId: toUrl64(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
  const client = { clientDataJSON: toUrl64(response.clientDataJSON) };
  if (response instanceof AuthenticatorAttestationResponse) {
    return {
      ...shared,
      response: { ...client, attestationObject: toUrl64(response.attestationObject), transports: response.getTransports() },
    };
  }
  const { authenticatorData, signature, userHandle } = response as AuthenticatorAssertionResponse;
  return {
    ...shared,
    response: {
      ...client,
      authenticatorData: toUrl64(authenticatorData),
      signature: toUrl64(signature),
      userHandle: userHandle ? toUrl64(userHandle) : null,
    },
  };
}
