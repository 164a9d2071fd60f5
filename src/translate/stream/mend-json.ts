/**
 * Adds the quotes and brackets that are missing at the end of a JSON text, and escapes line breaks inside its strings.
 * Undefined when brackets don't match.
 */
export function mendJson(text: string): string | undefined {
  const closers: string[] = [];
  let inString = false;
  let mended = '';
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i);
    if (inString && char === '\\') {
      // A lone backslash at the end would escape the quote that is added.
      if (i + 1 < text.length) mended += char + text.charAt(++i);
      continue;
    }
    mended += inString && char < ' ' ? JSON.stringify(char).slice(1, -1) : char;
    if (char === '"') inString = !inString;
    else if (inString) continue;
    else if (char === '{') closers.push('}');
    else if (char === '[') closers.push(']');
    else if ((char === '}' || char === ']') && closers.pop() !== char) return undefined;
  }
  mended = inString ? mended + '"' : mended.trimEnd().replace(/,$/, '');
  return mended + closers.toReversed().join('');
}
