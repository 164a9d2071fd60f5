/** Of an error answer nothing behind this is read. */
const maxErrorBytes = 64 * 1024;
/** Nor is the rest of one waited for. */
const maxErrorWaitMs = 2000;

/** The first bytes of an error's body as text; one that breaks off or takes long is taken as far as it came. */
export async function readErrorText(body: AsyncIterable<Buffer> & { destroy(): unknown }): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  const timer = setTimeout(() => body.destroy(), maxErrorWaitMs);
  try {
    for await (const part of body) {
      parts.push(part);
      size += part.length;
      if (size >= maxErrorBytes) break;
    }
  } catch {
    // the status alone says enough
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(parts).toString('utf8', 0, maxErrorBytes);
}
