import { RequestError } from '../../errors/errors.ts';

/**
 * JSON without it is all right. UTF-8 can spell only whole characters, and nobody escapes the letters of `__proto__` but to
 * hide them. One pattern, because this looks at every byte of every request: 0.24 ms per MB, and 1 ms for parsing (Node 20).
 */
const suspicious = /\\u(?:00(?:00|[4-7])|[dD][89a-fA-F])|__proto__"/;

const nul = '\0';
const nulPicture = '\u2400';

/**
 * The fields of a request that hold what its client was given. The real codex sends NUL characters there: those of a
 * command's output and of a prompt (seen with 0.169; invalid UTF-8 becomes U+FFFD). A refusal would come again with every
 * later turn of that session.
 */
const fieldsOfText: ReadonlySet<string> = new Set(['input', 'instructions', 'tools', 'messages', 'params']);

/**
 * Looks for what no provider can be sent. Halves of characters and fields named `__proto__` are refused, and so are NUL
 * characters where no text belongs. In texts they become "␀", in place, the same way in every request: some providers
 * refuse them, others cut there.
 *
 * @param json the text that `value` was parsed from
 * @throws RequestError 400 that says where
 */
export function checkText(value: unknown, json: string): void {
  if (!suspicious.test(json)) return;
  if (typeof value === 'string') checkString(value, () => 'The request body');
  else checkWithin(value, [], false);
}

/** @param path of `holder`: names, and numbers for items of a list */
function checkWithin(holder: unknown, path: (string | number)[], isText: boolean): void {
  if (Array.isArray(holder)) {
    const items: unknown[] = holder;
    for (let at = 0; at < items.length; at++) items[at] = checkPart(items[at], path, at, isText);
  } else if (typeof holder === 'object' && holder !== null) {
    const fields = holder as Record<string, unknown>;
    for (const name of Object.keys(fields)) {
      checkString(name, () => `The field name \`${spell([...path, name])}\``);
      if (name === '__proto__') throw refused(`\`${spell([...path, name])}\` is no field name.`, 'Call it otherwise.');
      const isTextToo = isText || (path.length === 0 && fieldsOfText.has(name));
      fields[name] = checkPart(fields[name], path, name, isTextToo);
    }
  }
}

/** The part as it may be sent. */
function checkPart(part: unknown, path: (string | number)[], name: string | number, isText: boolean): unknown {
  if (typeof part === 'string') {
    const text = isText && part.includes(nul) ? part.replaceAll(nul, nulPicture) : part;
    checkString(text, () => `\`${spell([...path, name])}\``);
    return text;
  }
  if (typeof part === 'object' && part !== null) {
    path.push(name);
    checkWithin(part, path, isText);
    path.pop();
  }
  return part;
}

/** @param subject says what holds the text, for the error */
function checkString(text: string, subject: () => string): void {
  const isWhole = text.isWellFormed();
  if (isWhole && !text.includes(nul)) return;
  if (isWhole) throw refused(`${subject()} holds a NUL character.`, 'Leave it out.');
  throw refused(
    `${subject()} holds half of a character (a surrogate without the other one).`,
    'Cut text between characters, not inside one.',
  );
}

/** `input[3].content` */
function spell(path: readonly (string | number)[]): string {
  return path.map((part, at) => (typeof part === 'number' ? `[${part}]` : at === 0 ? part : `.${part}`)).join('');
}

function refused(message: string, hint: string): RequestError {
  return new RequestError('BAD_REQUEST', 400, message, { hint });
}
