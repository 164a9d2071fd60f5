/** The bytes that JSON is made of, outside of strings, for those who look at it without parsing it. */
export const quote = 0x22;
export const comma = 0x2c;
export const openBracket = 0x5b;
export const closeBracket = 0x5d;
export const openBrace = 0x7b;
export const closeBrace = 0x7d;
export const colon = 0x3a;
export const space = 0x20;
const backslash = 0x5c;

/**
 * Where a string ends: most of a request is strings, and a search for the next quote is much faster than a look at every
 * byte.
 * @param at behind the opening quote
 */
export function behindString(bytes: Buffer, at: number): number {
  for (let end = bytes.indexOf(quote, at); end >= 0; end = bytes.indexOf(quote, end + 1)) {
    let backslashes = 0;
    while (bytes[end - 1 - backslashes] === backslash) backslashes++;
    if (backslashes % 2 === 0) return end + 1;
  }
  return bytes.length;
}
