/** Text of others is cut to this many characters. */
const maxLength = 2000;

/** Whole escape sequences: CSI, OSC, and those of two characters. */
// oxlint-disable-next-line no-control-regex -- control characters are what it is for
const escapes = /(\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(\u0007|\u001b\\)?|\u001b[ -~]/g;
// oxlint-disable-next-line no-control-regex -- control characters are what it is for
const controls = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\s]+/g;
/** Marks that reorder or hide what follows. */
const reordering = /[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** Half a character, which no UTF-8 can spell. */
const halves = /\p{Surrogate}/gu;

/** One line of printable text: a provider's words must not move a terminal's cursor, colour it or rewrite its lines. */
export function plainText(text: string): string {
  // cut before and after: the patterns need not see a megabyte
  const printable = text
    .slice(0, 2 * maxLength)
    .replace(escapes, '')
    .replace(controls, ' ')
    .replace(reordering, '')
    .trim();
  const short = printable.length > maxLength ? `${printable.slice(0, maxLength - 1)}…` : printable;
  // what was cut in two, here or before
  return short.replace(halves, '');
}

// oxlint-disable-next-line no-control-regex -- control characters are what it is for
const controlsOfLines = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** The same for a piece of text of several lines, wherever it was cut: an escape sequence without its first character is harmless. */
export function plainLines(text: string): string {
  return text.replace(controlsOfLines, '');
}
