import type { ModelDescription } from '../../catalog/provider.ts';
import type { ChatMessage, ChatRequest } from '../../protocol/chat.ts';
import type { Response, ResponsesRequest } from '../../protocol/responses.ts';
import { openText, sealText } from '../sealed-text.ts';
import { isObject } from './parse-request.ts';

/**
 * Codex replaces a long history by a summary. With a provider of its own it asks for that by an ordinary request; other
 * clients, and codex where `remote_compaction` is on, ask for a `compaction` item that only the server can read. Ours
 * holds the summary in clear.
 */

/** What the model is told in place of a `compaction_trigger`. */
const summaryPrompt = `Stop working on the task now and write a hand-over for a colleague who continues it without having seen this conversation.

Say, as briefly as the facts allow:
- what the user wants, with every requirement, preference and decision that still counts, in the user's own terms
- what has been done, with the names of files, functions, commands and their results
- what is left to do, in order, and what to watch out for
- anything else that would otherwise have to be found out again: paths, error messages, identifiers

Write plain text. Do not call a tool and do not address the user.`;

/** What stands before a summary when it comes back as part of a history. */
const summaryIntroduction =
  'The conversation so far was replaced by this summary. Continue from it; do not repeat what is done.';

/** The same history with the prompt instead of the trigger. */
export function withSummaryPrompt(request: ResponsesRequest): ResponsesRequest {
  const items = typeof request.input === 'string' ? [{ role: 'user', content: request.input }] : request.input;
  const { text: _, ...rest } = request;
  return {
    ...rest,
    input: [
      ...items.filter((item) => !(isObject(item) && item['type'] === 'compaction_trigger')),
      { type: 'message', role: 'user', content: summaryPrompt },
    ],
  };
}

/** Tokens that a summary may have at most: far more than any needs, so that whatever is cut has gone astray. */
const longestSummary = 32_768;
/**
 * Codex compacts when nine tenths of the window are used. What is asked for beyond the window is refused by many
 * servers, so a part of the last tenth has to do.
 */
const partOfWindow = 1 / 16;

/**
 * The request for a summary as the model gets it: no tools, whatever the history declares; the least thinking, so that
 * the answer is not spent on it (opencodex issue 5465); and a limit, because a server's own default may be a few hundred
 * tokens.
 */
export function toSummaryRequest(request: ResponsesRequest, model: ModelDescription): ResponsesRequest {
  const room = Math.min(longestSummary, Math.floor(model.contextTokens * partOfWindow), model.maxOutputTokens);
  return {
    ...withLeastThinking(request),
    tools: [],
    tool_choice: 'none',
    max_output_tokens: Math.min(request.max_output_tokens ?? room, room),
  };
}

const briefly =
  'Your answer to this was too long and was cut off. Answer again, with everything that matters, in 1000 words at most.';

/**
 * The request for a summary that was cut, once more: for a shorter one, with twice the room. What was cut is not repeated,
 * as the window is nearly full.
 */
export function askingForLess(chat: ChatRequest, { maxOutputTokens }: ModelDescription): ChatRequest {
  const { messages, max_tokens, max_completion_tokens } = chat;
  const raised = (limit: number) => Math.min(2 * limit, maxOutputTokens);
  return {
    ...chat,
    ...(max_tokens !== undefined && { max_tokens: raised(max_tokens) }),
    ...(max_completion_tokens !== undefined && { max_completion_tokens: raised(max_completion_tokens) }),
    messages: [...messages.slice(0, -1), ...withLess(messages.at(-1))],
  };
}

function withLess(last: ChatMessage | undefined): ChatMessage[] {
  if (last?.role !== 'user') return [...(last ? [last] : []), { role: 'user', content: briefly }];
  const { content } = last;
  if (typeof content === 'string') return [{ ...last, content: `${content}\n\n${briefly}` }];
  return [{ ...last, content: [...content, { type: 'text', text: briefly }] }];
}

/** The weakest level that the model has. */
function withLeastThinking(request: ResponsesRequest): ResponsesRequest {
  return { ...request, reasoning: { ...request.reasoning, effort: 'none' } };
}

/** The response to a request for compaction: one item instead of the summary's text. */
export function toCompactionResponse(response: Response): Response {
  const summary = response.output
    .flatMap((item) => (item.type === 'message' ? item.content.map((part) => part.text) : []))
    .join('\n\n');
  const stem = response.id.slice(response.id.indexOf('_') + 1);
  const encrypted_content = sealText('compaction', 'summary', summary);
  return { ...response, output: [{ type: 'compaction', id: `cmp_${stem}`, encrypted_content }] };
}

/** What `POST /responses/compact` answers: the user's own messages, then the item that holds the rest. */
export function toCompactedResponse(request: ResponsesRequest, summary: Response): Record<string, unknown> {
  const { id, created_at, output, usage } = toCompactionResponse(summary);
  const items =
    typeof request.input === 'string' ? [{ type: 'message', role: 'user', content: request.input }] : request.input;
  const said = items.filter((item) => isObject(item) && item['role'] === 'user');
  return { id, object: 'response.compaction', created_at, output: [...said, ...output], usage };
}

/** The text that a compaction item stands for; `undefined` for another program's. */
export function openCompaction(encryptedContent: string): string | undefined {
  const opened = openText('compaction', encryptedContent);
  return opened.ok ? `${summaryIntroduction}\n\n${opened.text}` : undefined;
}
