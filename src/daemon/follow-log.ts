import { createReadStream, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const pauseMs = 250;
/** As much of the end as fills some screens. */
const tailBytes = 64 * 1024;

/**
 * Prints the end of a log; goes on with what is added if `follow` is given, until its signal is aborted. A log that was
 * moved aside is followed into its new file.
 */
export async function printLog(file: string, write: (text: string) => void, follow?: AbortSignal): Promise<void> {
  let position = Math.max(0, sizeOf(file) - tailBytes);
  let isFirst = position > 0;
  for (;;) {
    const size = sizeOf(file);
    if (size < position) position = 0;
    if (size > position) {
      let text = '';
      for await (const part of createReadStream(file, { start: position, end: size - 1, encoding: 'utf8' })) {
        text += String(part);
      }
      // the first line is half of one
      write(isFirst ? text.slice(text.indexOf('\n') + 1) : text);
      isFirst = false;
      position = size;
    }
    if (!follow || follow.aborted) return;
    await sleep(pauseMs, undefined, { signal: follow }).catch(() => {});
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
