/** Why the wallet stopped. The page says it in its language under `wallet.fault.<code>`. */
export const fault_codes = [
  'link_unknown',
  'address_unsafe',
  'unreachable',
  'answer_unreadable',
  'algorithm_foreign',
  'issuer_mismatch',
  'issuer_refused',
  'offer_gone',
  'offer_unsupported',
  'pin_wrong',
  'sign_in_refused',
  'sign_in_lost',
  'credential_bad',
  'credential_expired',
  'request_unsigned',
  'request_bad',
  'request_expired',
  'verifier_unsupported',
  'response_foreign',
  'query_unsupported',
  'encryption_missing',
  'verifier_refused',
  'copy_used',
  'store_closed',
] as const;

export type FaultCode = (typeof fault_codes)[number];

/** `detail` is a sentence for those who build issuers, verifiers and wallets; it names no claim's value. */
export class WalletFault extends Error {
  readonly code: FaultCode;
  readonly detail: string;

  constructor(code: FaultCode, detail: string) {
    super(`${code}: ${detail}`);
    this.name = 'WalletFault';
    this.code = code;
    this.detail = detail;
  }
}

/** Ends here with a fault unless it holds. */
export function need(holds: unknown, code: FaultCode, detail: string): asserts holds {
  if (!holds) throw new WalletFault(code, detail);
}
