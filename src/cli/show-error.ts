import { CancelledError, CodexError, CodexGlmError, UsageError } from '../errors/errors.ts';
import { plainLines, plainText } from '../errors/plain-text.ts';
import { toTerminalText } from '../errors/present.ts';
import { redact } from '../provider/redact.ts';

const maxStackLength = 4000;

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

/** Not the user's mistake: the stack is what a report needs, below the words for the user. */
function showBug(error: unknown, colour: boolean, secrets: readonly string[]): { text: string; status: number } {
  const message = plainText(redact(error instanceof Error ? error.message : String(error), secrets));
  const stack = error instanceof Error ? plainLines(redact(error.stack ?? '', secrets)).slice(0, maxStackLength) : '';
  const lines = [
    `${label(colour)} internal error: ${message}`,
    `This is a bug. Please report it with these lines and what \`codex-glm check\` prints. ${dim('[INTERNAL]', colour)}`,
    ...stack.split('\n').filter((line) => line !== ''),
  ];
  return { text: `${lines.join('\n  ')}\n`, status: 70 };
}

function label(colour: boolean): string {
  return colour ? '\u001b[31mcodex-glm:\u001b[39m' : 'codex-glm:';
}

function dim(text: string, colour: boolean): string {
  return colour ? `\u001b[2m${text}\u001b[22m` : text;
}
