/** A short notation for the tables in `providers/`. */
import { familyOf } from './family.ts';
import type { ModelDescription, Price } from './provider.ts';

export const million = 1_048_576;

/** Stands where a vendor states no limit for an answer. Only clients that set `max_output_tokens` ever meet it. */
export const unstatedOutput = 65_536;

/** For models that take images; all others read text only. */
export const sees = { inputModalities: ['text', 'image'] } as const;

/** One model: exact id, name and description for people, window and answer limit in tokens, and what is special. */
export function model(
  id: string,
  name: string,
  description: string,
  contextTokens: number,
  maxOutputTokens: number,
  traits: Partial<ModelDescription> = {},
): ModelDescription {
  return {
    id,
    name,
    description,
    contextTokens,
    maxOutputTokens,
    inputModalities: ['text'],
    family: familyOf(id),
    ...traits,
  };
}

/** US dollars per million tokens: input, input from the cache (`null`: no price of its own), output. */
export function usd(input: number, cachedInput: number | null, output: number): Price {
  return { currency: 'USD', input, ...(cachedInput === null ? {} : { cachedInput }), output };
}

/** Yuan per million tokens, in the same order. */
export function cny(input: number, cachedInput: number | null, output: number): Price {
  return { ...usd(input, cachedInput, output), currency: 'CNY' };
}

/** The same model where it is not paid by the token, or in another currency. */
export function withoutPrice({ price: _price, ...rest }: ModelDescription): ModelDescription {
  return rest;
}
