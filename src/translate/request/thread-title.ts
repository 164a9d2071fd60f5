import type { ResponsesRequest } from '../../protocol/responses.ts';
import { readContent } from './content.ts';
import { isObject } from './parse-request.ts';

/** The longest title that codex's schema allows. */
const maxLength = 36;

/**
 * A title for a new thread, made from the user's own words. Codex asks the model for one at the thread's full thinking
 * effort; that costs a call for a line of text.
 */
export function localThreadTitle(request: ResponsesRequest): string {
  const words = userPrompt(request).replace(/\s+/g, ' ').trim();
  const characters = [...words];
  if (characters.length <= maxLength) return words.replace(/[.,;:!?。，；：！？]+$/, '') || 'New task';
  const cut = characters.slice(0, maxLength - 1).join('');
  const atWord = cut.lastIndexOf(' ');
  return `${atWord > maxLength / 2 ? cut.slice(0, atWord) : cut}…`;
}

/** Codex puts the prompt behind its own wishes for the title (seen with 0.169). */
function userPrompt({ input }: ResponsesRequest): string {
  const last = typeof input === 'string' ? { content: input } : input.at(-1);
  const { text } = readContent(isObject(last) ? last['content'] : '', { seesImages: false, report: () => undefined });
  const marker = 'User prompt:\n';
  const start = text.indexOf(marker);
  return start < 0 ? text : text.slice(start + marker.length);
}
