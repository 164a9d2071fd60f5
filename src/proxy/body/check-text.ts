import { RequestError } from '../../errors/errors.ts';

/** JSON without it holds neither NUL characters nor halves of characters: UTF-8 can spell only whole ones. */
const suspicious = /\\u(?:0000|[dD][89a-fA-F])/;

const nul = '\0';
const nulPicture = '\u2400';

/**
 * The fields of a request that hold what its client was given. The real codex sends NUL characters there: those of a
 * command's output and of a prompt (seen with 0.169; invalid UTF-8 becomes U+FFFD). A refusal would come again with every
 * later turn of that session.
 */
const fieldsOfText: ReadonlySet<string> = new Set(['input', 'instructions', 'tools', 'messages', 'params']);

/**
 * Looks for what can't be sent to a provider: halves of characters are refused, and so are NUL characters where no text
 * belongs. In texts they become "␀", in place, the same way in every request: some providers refuse them, others cut there.
 *
 * @param json the text that `value` was parsed from
 * @throws RequestError 400 that says where
 */
export function checkText(value: unknown, json: string): void {
  if (!suspicious.test(json)) return;
  if (typeof value === 'string') checkString(value, 'The request body');
  checkWithin(value, '', false);
}

function checkWithin(holder: unknown, place: string, isText: boolean): void {
  if (typeof holder !== 'object' || holder === null) return;
  const isList = Array.isArray(holder);
  for (const [name, part] of Object.entries(holder) as [string, unknown][]) {
    const partPlace = isList ? `${place}[${name}]` : place === '' ? name : `${place}.${name}`;
    const isTextToo = isText || (place === '' && fieldsOfText.has(name));
    checkString(name, `The field name \`${partPlace}\``);
    if (typeof part !== 'string') checkWithin(part, partPlace, isTextToo);
    else if (!isTextToo || !part.includes(nul)) checkString(part, `\`${partPlace}\``);
    // an own property: even `__proto__` is only a name here
    else (holder as Record<string, unknown>)[name] = mendString(part, `\`${partPlace}\``);
  }
}

function mendString(text: string, subject: string): string {
  const mended = text.replaceAll(nul, nulPicture);
  checkString(mended, subject);
  return mended;
}

/** @param subject what holds the text, for the error */
function checkString(text: string, subject: string): void {
  const isWhole = text.isWellFormed();
  if (isWhole && !text.includes(nul)) return;
  const found = isWhole ? 'a NUL character' : 'half of a character (a surrogate without the other one)';
  throw new RequestError('BAD_REQUEST', 400, `${subject} holds ${found}.`, {
    hint: isWhole ? 'Leave it out.' : 'Cut text between characters, not inside of one.',
  });
}
