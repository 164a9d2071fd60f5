/** Cuts text that arrives in pieces into lines; each goes to `onLine` without its end, empty ones to nobody. */
export function createLineReader(onLine: (line: string) => void): (text: string) => void {
  // pieces of a line that has not ended: joined once, however many there are
  let parts: string[] = [];
  return (text) => {
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      parts.push(text.slice(start, end));
      const line = parts.length === 1 ? parts[0] : parts.join('');
      parts = [];
      start = end + 1;
      if (line) onLine(line);
    }
    if (start < text.length) parts.push(text.slice(start));
  };
}
