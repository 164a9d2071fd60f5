import { isObject } from '../request/parse-request.ts';

/**
 * A reasoning item of the provider's, on its way through `reasoning_details` and the reasoning envelope. Providers want
 * theirs back unchanged, `content` included although `encrypted_content` is null (Z.ai, DeepSeek, 2026-09). The index
 * keeps two items of one answer apart.
 */
export interface OriginalItem {
  type: 'responses.item';
  index: number;
  item: Record<string, unknown>;
}

export function keepOriginalItem(index: number, item: Record<string, unknown>): OriginalItem {
  return { type: 'responses.item', index, item };
}

/** The item in an entry of `reasoning_details`; undefined for what another provider put there. */
export function originalItem(detail: unknown): Record<string, unknown> | undefined {
  return isObject(detail) && detail['type'] === 'responses.item' && isObject(detail['item'])
    ? detail['item']
    : undefined;
}
