import { fromBase64, fromHex, equal } from './bytes';
import type { Cbor } from './cbor';

/** Bytes travel in JSON as hex or base64; both spellings of the same bytes agree. */
export function sameBytes(bytes: Cbor | undefined, text: string | null | undefined): boolean {
  if (!(bytes instanceof Uint8Array) || typeof text !== 'string') return false;
  for (const read of [fromHex, fromBase64]) {
    try {
      if (equal(read(text), bytes)) return true;
    } catch {
      // another spelling may still fit
    }
  }
  return false;
}

/** Whether what the page was given as JSON says the same as what stands in the leaf. */
export function agrees(cbor: Cbor | undefined, json: unknown): boolean {
  if (cbor === undefined || json === undefined) return cbor === json;
  if (cbor === null || json === null) return cbor === json;
  if (cbor instanceof Uint8Array) return sameBytes(cbor, typeof json === 'string' ? json : null);
  if (Array.isArray(cbor)) {
    return Array.isArray(json) && json.length === cbor.length && cbor.every((item, at) => agrees(item, json[at]));
  }
  if (cbor instanceof Map) {
    if (typeof json !== 'object' || Array.isArray(json)) return false;
    const members = Object.entries(json);
    return members.length === cbor.size && members.every(([name, each]) => cbor.has(name) && agrees(cbor.get(name), each));
  }
  if (typeof cbor === 'bigint') return String(cbor) === String(json);
  return cbor === json;
}

/** RFC 3339 to microseconds since 1970, without losing the last three digits to a Date. */
export function microseconds(time: string): number {
  const fraction = /\.(\d+)/.exec(time)?.[1] ?? '';
  const whole = Date.parse(time.replace(/\.\d+/, ''));
  return whole * 1000 + Number(fraction.slice(0, 6).padEnd(6, '0'));
}
