import { fstatSync } from 'node:fs';

const silenceMs = 10_000;

/**
 * Says once why codex may be waiting when standard input is a pipe whose end does not come: `codex exec` reads it to its end before
 * its first request. The pipe itself belongs to codex, so what is watched is whether a request has arrived.
 * @returns to be called at the first request, and when codex has ended
 */
export function watchStdin(notice: (line: string) => void): () => void {
  if (!isPipe()) return () => {};
  const timer = setTimeout(() => {
    notice(
      'codex has asked nothing yet: it may wait for the end of standard input, which is a pipe. ' +
        'If nothing is meant to come: codex-glm --no-stdin ..., or CODEX_GLM_STDIN=closed.',
    );
  }, silenceMs);
  return () => clearTimeout(timer);
}

function isPipe(): boolean {
  try {
    const status = fstatSync(0);
    return status.isFIFO() || status.isSocket();
  } catch {
    return false;
  }
}
