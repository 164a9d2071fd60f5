import { CancelledError, CodexError, CodexGlmError, UsageError } from '../errors/errors.ts';
import { toTerminalText } from '../errors/present.ts';
import { redact } from '../provider/redact.ts';

/**
 * How a failed command is told to a person, and its exit status. Pure.
 * @param secrets what must not stand in the text of a bug, which may quote anything
 */
export function showError(
  error: unknown,
  colour: boolean,
  secrets: readonly string[] = [],
): { text: string; status: number } {
  if (!(error instanceof CodexGlmError)) return showBug(error, colour, secrets);
  const words = toTerminalText(error).replaceAll('\n', '\n  ');
  return { text: `${label(colour)} ${words} ${dim(`[${error.code}]`, colour)}\n`, status: statusOf(error) };
}

function statusOf(error: CodexGlmError): number {
  if (error instanceof UsageError) return 2;
  if (error instanceof CancelledError) return 130;
  return error instanceof CodexError && error.code === 'CODEX_NOT_FOUND' ? 127 : 1;
}

/** Not the user's mistake: the stack is what a report needs. */
function showBug(error: unknown, colour: boolean, secrets: readonly string[]): { text: string; status: number } {
  const what = redact(error instanceof Error ? (error.stack ?? error.message) : String(error), secrets);
  return { text: `${label(colour)} this is a bug: ${what} ${dim('[INTERNAL]', colour)}\n`, status: 70 };
}

function label(colour: boolean): string {
  return colour ? '\u001b[31mcodex-glm:\u001b[39m' : 'codex-glm:';
}

function dim(text: string, colour: boolean): string {
  return colour ? `\u001b[2m${text}\u001b[22m` : text;
}
