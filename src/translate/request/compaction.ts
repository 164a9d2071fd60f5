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

/**
 * The request that makes the summary: the same history without tools, the prompt instead of the trigger, and the least
 * thinking the model has, so that the answer is not spent on it (opencodex issue 5465).
 */
export function toSummaryRequest(request: ResponsesRequest): ResponsesRequest {
  const items = typeof request.input === 'string' ? [{ role: 'user', content: request.input }] : request.input;
  const { text: _, tool_choice: __, ...rest } = request;
  return {
    ...withLeastThinking(rest),
    tools: [],
    input: [
      ...items.filter((item) => !(isObject(item) && item['type'] === 'compaction_trigger')),
      { type: 'message', role: 'user', content: summaryPrompt },
    ],
  };
}

/** Side requests get the weakest level that the model has. */
export function withLeastThinking(request: ResponsesRequest): ResponsesRequest {
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
