import type { Interface } from 'node:readline';
import { PassThrough, type Readable, type Writable } from 'node:stream';

/** What a person types at a terminal: a message for each Enter, however many lines were pasted into it. */
export interface TypedMessages {
  /** Ends when the interface is closed. */
  messages: AsyncIterable<string>;
  /** Lines that were pasted and not sent yet. */
  isPending(): boolean;
  /** Forgets them. */
  clear(): void;
  /** Gives the terminal back as it was. */
  stop(): void;
}

/** Bracketed paste: the terminal marks where pasted text begins and ends, and Node names the marks as keys. */
const pasteOn = '\u001b[?2004h';
const pasteOff = '\u001b[?2004l';

/** @param input the terminal that `lines` reads; `output` the one that it writes to */
export function typedMessages(lines: Interface, input: Readable, output: Writable): TypedMessages {
  const messages = new PassThrough({ objectMode: true });
  let isPasting = false;
  let pasted: string[] = [];

  function onKey(_: unknown, key: { name?: string } | undefined): void {
    if (key?.name === 'paste-start') isPasting = true;
    if (key?.name === 'paste-end') isPasting = false;
  }
  input.on('keypress', onKey);
  lines.on('line', (line) => {
    pasted.push(line);
    if (isPasting) return;
    messages.write(pasted.join('\n'));
    pasted = [];
  });
  lines.on('close', () => messages.end());
  output.write(pasteOn);

  return {
    messages,
    isPending: () => pasted.length > 0,
    clear() {
      pasted = [];
    },
    stop() {
      input.off('keypress', onKey);
      output.write(pasteOff);
    },
  };
}
