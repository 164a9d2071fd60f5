import { openText, sealText } from './sealed-text.ts';

/**
 * Chat providers have no encrypted reasoning; they want earlier thinking back in clear, unchanged. Codex keeps a
 * reasoning item's `encrypted_content` verbatim and returns it with every later request (seen with 0.80 to 0.169),
 * also after a restart. So the thinking travels in there, labelled with where it came from.
 */

/** The field of a chat message that the thinking came in and must go back in. */
export type ReasoningField = 'reasoning_content' | 'reasoning' | 'reasoning_details';

export interface SealedReasoning {
  /** Model family; another family's thinking is of no use to a model. */
  family: string;
  field: ReasoningField;
  /** For `reasoning_details`: its JSON array. */
  text: string;
}

export type OpenedReasoning =
  | ({ ok: true } & SealedReasoning)
  /** `foreign`: not made here. `version`: made by another version. `damaged`: not what was sealed. */
  | { ok: false; reason: 'foreign' | 'version' | 'damaged' };

/** Packs thinking for `encrypted_content`. Never fails. */
export function sealReasoning({ family, field, text }: SealedReasoning): string {
  return sealText('reasoning', `${encodeURIComponent(family)}:${field}`, text);
}

/** Unpacks what `sealReasoning` packed. Anything else, and any change to it, gives `ok: false`. */
export function openReasoning(encrypted: string): OpenedReasoning {
  const opened = openText('reasoning', encrypted);
  if (!opened.ok) return opened;
  const [encoded = '', field, ...rest] = opened.label.split(':');
  const family = decoded(encoded);
  if (family === undefined || !isField(field) || rest.length > 0) return { ok: false, reason: 'damaged' };
  return { ok: true, family, field, text: opened.text };
}

function decoded(encoded: string): string | undefined {
  try {
    return decodeURIComponent(encoded);
  } catch {
    // whoever knows the checksum can seal anything
    return undefined;
  }
}

function isField(field: string | undefined): field is ReasoningField {
  return field === 'reasoning_content' || field === 'reasoning' || field === 'reasoning_details';
}
