/**
 * The complete JSON objects in a text that begins with one (SGLang issues 16371 and 39493 glue the arguments of several
 * calls together). Empty when not even the first is complete.
 */
export function splitJsonObjects(text: string): string[] {
  const objects: string[] = [];
  let depth = 0;
  let start = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (inString) {
      if (char === '\\') i++;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === '{') {
      if (depth++ === 0) start = i;
    } else if (char === '}' && depth > 0 && --depth === 0) objects.push(text.slice(start, i + 1));
  }
  return objects;
}
