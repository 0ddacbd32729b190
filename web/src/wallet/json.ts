import { WalletFault, type FaultCode } from './fault';

/** What came from outside, before it is known what it is. */
export type Json = null | boolean | number | string | Json[] | JsonObject;
export type JsonObject = { [name: string]: Json };

export const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

export function readObject(text: string, code: FaultCode, what: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new WalletFault(code, `${what} is not JSON`);
  }
  if (!isObject(value)) throw new WalletFault(code, `${what} is not an object`);
  return value;
}

/** A member that is a text, or nothing. Own members only: no name reaches into the prototype. */
export function textOf(object: unknown, name: string): string | undefined {
  const value = isObject(object) && Object.hasOwn(object, name) ? object[name] : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export const numberOf = (object: JsonObject, name: string): number | undefined => {
  const value = Object.hasOwn(object, name) ? object[name] : undefined;
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
};

export const textsOf = (value: unknown): string[] => (Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []);
