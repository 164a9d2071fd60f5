/**
 * Text that a client keeps for us in a field it does not look into, and returns with later requests. One header line,
 * then the raw text:
 *
 *     codex-glm-<kind>:1:<label>:<checksum>
 *     <text>
 */
export type SealedKind = 'reasoning' | 'compaction';

export type OpenedText =
  | { ok: true; label: string; text: string }
  /** `foreign`: not made here. `version`: made by another version. `damaged`: not what was sealed. */
  | { ok: false; reason: 'foreign' | 'version' | 'damaged' };

const version = '1';

/** Never fails; the text is neither escaped nor encrypted. `label` must not hold a line break. */
export function sealText(kind: SealedKind, label: string, text: string): string {
  return `codex-glm-${kind}:${version}:${label}:${checksum(label, text)}\n${text}`;
}

/** Unpacks what `sealText` packed. Anything else, and any change to it, gives `ok: false`. */
export function openText(kind: SealedKind, sealed: string): OpenedText {
  const mark = `codex-glm-${kind}:`;
  if (!sealed.startsWith(mark)) return { ok: false, reason: 'foreign' };
  const lineEnd = sealed.indexOf('\n');
  if (lineEnd < 0) return { ok: false, reason: 'damaged' };
  const [sealedBy, ...rest] = sealed.slice(mark.length, lineEnd).split(':');
  if (sealedBy !== version) return { ok: false, reason: 'version' };
  const sum = rest.pop();
  const label = rest.join(':');
  const text = sealed.slice(lineEnd + 1);
  return sum === checksum(label, text) ? { ok: true, label, text } : { ok: false, reason: 'damaged' };
}

/** Two FNV-1a lanes with different primes, over UTF-16 units: finds damage, is no protection against forgery. */
function checksum(label: string, text: string): string {
  let a = 0x811c9dc5;
  let b = 0x9e3779b9;
  const add = (part: string): void => {
    for (let i = 0; i < part.length; i++) {
      const unit = part.charCodeAt(i);
      a = Math.imul(a ^ unit, 0x01000193);
      b = Math.imul(b ^ unit, 0x85ebca6b);
    }
  };
  add(label);
  add('\n');
  add(text);
  return (a >>> 0).toString(36) + '-' + (b >>> 0).toString(36);
}
