import { parseJson } from './parse-json.ts';

const beginMarker = '*** Begin Patch';
const endMarker = '*** End Patch';

/**
 * Codex takes a patch only between its two markers, with nothing but blanks around them (seen with 0.169). Models wrap it
 * in code fences or in the shell's heredoc, forget the last marker of a long patch, escape its line breaks once more, or
 * decorate it with stars (codex issue 35361, cc-switch issue 4554, 2026).
 */
export function toPatch(text: string): string {
  const lines = text.trim().includes('\n') ? text : unescapeLines(text);
  // Not a marker in a line that the patch adds to or removes from a file.
  const begin = /^(?![+-]).*?\*\*\* Begin Patch/m.exec(lines);
  const patch = begin ? lines.slice(begin.index + begin[0].length) : `\n${withoutOpening(lines)}`;
  const end = [...patch.matchAll(/^[ \t]*\*\*\* End Patch/gm)].at(-1)?.index;
  const body = end === undefined ? `${withoutClosing(patch)}\n` : patch.slice(0, end);
  return beginMarker + body.replace(/^[ \t*]*\r?\n/, '\n') + endMarker;
}

function unescapeLines(text: string): string {
  if (!text.includes('\\n')) return text;
  const unescaped = parseJson(`"${text}"`);
  return typeof unescaped === 'string' ? unescaped : text.replaceAll('\\n', '\n');
}

/** Takes off blank lines, an opening fence, and the line that opens a heredoc. */
function withoutOpening(text: string): string {
  return text
    .replace(/^\s+(?=\S)/, '')
    .replace(/^```.*\n/, '')
    .replace(/^apply_patch\s*<<.*\n/, '');
}

/** Takes off what follows the last line of a patch without end marker: blank lines, a fence, a heredoc's word, stars. */
function withoutClosing(text: string): string {
  const lines = text.split('\n');
  while (/^(?:```|EOF|PATCH|\**)$/.test(lines.at(-1)?.trim() ?? '+')) lines.pop();
  return lines.join('\n');
}
