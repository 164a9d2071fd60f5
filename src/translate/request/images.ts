import { isObject } from './parse-request.ts';

/**
 * Does the current turn bring an image: in the user's last words, or in an output since? An older image does not count,
 * or one picture would send the rest of the conversation to another model.
 */
export function hasFreshImage(input: string | readonly unknown[]): boolean {
  if (typeof input === 'string') return false;
  let reachedUser = false;
  for (const item of input.toReversed()) {
    if (!isObject(item)) continue;
    const isUser = item['role'] === 'user';
    if (reachedUser && !isUser) return false;
    reachedUser ||= isUser;
    if (isUser ? holdsImage(item['content']) : holdsImage(item['output'])) return true;
  }
  return false;
}

function holdsImage(content: unknown): boolean {
  return Array.isArray(content) && content.some((part) => isObject(part) && isImage(part['type']));
}

function isImage(type: unknown): boolean {
  return type === 'input_image' || type === 'image_url';
}
