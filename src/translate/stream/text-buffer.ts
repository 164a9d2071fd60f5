/** Text that arrives in deltas and is joined once, when it is needed whole. */
export interface TextBuffer {
  parts: string[];
  /** In UTF-16 units. */
  length: number;
  /** First half of a surrogate pair whose second half is still to come. */
  half: string;
}

export function createTextBuffer(): TextBuffer {
  return { parts: [], length: 0, half: '' };
}

/**
 * Adds a delta and returns what of it may be sent on now. Codex drops every event that holds half a character (its JSON
 * parser refuses lone surrogates), and some servers cut a delta in the middle of one.
 */
export function appendDelta(buffer: TextBuffer, delta: string): string {
  let text = delta;
  if (buffer.half !== '') {
    text = buffer.half + text;
    buffer.half = '';
  }
  const last = text.charCodeAt(text.length - 1);
  if (last >= 0xd800 && last <= 0xdbff) {
    buffer.half = text.slice(-1);
    text = text.slice(0, -1);
  }
  text = wellFormed(text);
  if (text !== '') {
    buffer.parts.push(text);
    buffer.length += text.length;
  }
  return text;
}

/** The text with its half characters replaced. */
export function wellFormed(text: string): string {
  return /\p{Surrogate}/u.test(text) ? text.replace(/\p{Surrogate}/gu, '\ufffd') : text;
}

/** Everything so far. */
export function wholeText(buffer: TextBuffer): string {
  if (buffer.parts.length > 1) buffer.parts = [buffer.parts.join('')];
  return buffer.parts[0] ?? '';
}
