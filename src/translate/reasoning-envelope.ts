/**
 * Chat providers have no encrypted reasoning; they want earlier thinking back in clear, unchanged. Codex keeps a
 * reasoning item's `encrypted_content` verbatim and returns it with every later request (seen with 0.80 to 0.169),
 * also after a restart. So the thinking travels in there: one header line, then the raw text.
 *
 *     codex-glm-reasoning:1:<family>:<field>:<checksum>
 *     <text>
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

const mark = 'codex-glm-reasoning:';
const version = '1';

/** Packs thinking for `encrypted_content`. Never fails; the text is neither escaped nor encrypted. */
export function sealReasoning({ family, field, text }: SealedReasoning): string {
  const origin = `${encodeURIComponent(family)}:${field}`;
  return `${mark}${version}:${origin}:${checksum(origin, text)}\n${text}`;
}

/** Unpacks what `sealReasoning` packed. Anything else, and any change to it, gives `ok: false`. */
export function openReasoning(encrypted: string): OpenedReasoning {
  if (!encrypted.startsWith(mark)) return { ok: false, reason: 'foreign' };
  const lineEnd = encrypted.indexOf('\n');
  if (lineEnd < 0) return { ok: false, reason: 'damaged' };
  const [sealedBy, family, field, sum, ...rest] = encrypted.slice(mark.length, lineEnd).split(':');
  if (sealedBy !== version) return { ok: false, reason: 'version' };
  const text = encrypted.slice(lineEnd + 1);
  if (family === undefined || !isField(field) || rest.length > 0 || sum !== checksum(`${family}:${field}`, text)) {
    return { ok: false, reason: 'damaged' };
  }
  return { ok: true, family: decodeURIComponent(family), field, text };
}

function isField(field: string | undefined): field is ReasoningField {
  return field === 'reasoning_content' || field === 'reasoning' || field === 'reasoning_details';
}

/** Two FNV-1a lanes with different primes, over UTF-16 units: finds damage, is no protection against forgery. */
function checksum(origin: string, text: string): string {
  let a = 0x811c9dc5;
  let b = 0x9e3779b9;
  const add = (part: string): void => {
    for (let i = 0; i < part.length; i++) {
      const unit = part.charCodeAt(i);
      a = Math.imul(a ^ unit, 0x01000193);
      b = Math.imul(b ^ unit, 0x85ebca6b);
    }
  };
  add(origin);
  add('\n');
  add(text);
  return (a >>> 0).toString(36) + '-' + (b >>> 0).toString(36);
}
