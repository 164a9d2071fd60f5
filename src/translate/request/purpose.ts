import type { ResponsesRequest } from '../../protocol/responses.ts';
import { isObject } from './parse-request.ts';

/**
 * What a request is for. Codex sends more than turns:
 * - `thread_title`: the TUI's title for a new thread, at full thinking effort (codex 0.169)
 * - `compaction`: the summary that replaces a history; an ordinary request without tools
 * - `compaction-item`: the same for clients of the newer protocol, whose last input item is a `compaction_trigger`
 */
export type RequestPurpose = 'turn' | 'thread_title' | 'compaction' | 'compaction-item';

/** `turnMetadata` is the value of the header `x-codex-turn-metadata` (JSON; codex >= 0.120). */
export function requestPurpose(request: ResponsesRequest, turnMetadata: string | undefined): RequestPurpose {
  const last = typeof request.input === 'string' ? undefined : request.input.at(-1);
  if (isObject(last) && last['type'] === 'compaction_trigger') return 'compaction-item';
  const metadata = parseMetadata(turnMetadata);
  if (metadata['thread_source'] === 'thread_title') return 'thread_title';
  return metadata['request_kind'] === 'compaction' || asksForHandOver(request, last) ? 'compaction' : 'turn';
}

/** How codex's own prompt for a summary begins; earlier versions (seen with 0.107) say it nowhere else. */
const handOverPrompt = 'You are performing a CONTEXT CHECKPOINT COMPACTION.';

function asksForHandOver({ tools }: ResponsesRequest, last: unknown): boolean {
  if ((tools?.length ?? 0) > 0 || !isObject(last) || last['role'] !== 'user') return false;
  const { content } = last;
  const [part] = Array.isArray(content) ? (content as unknown[]) : [{ text: content }];
  const text = isObject(part) ? part['text'] : undefined;
  return typeof text === 'string' && text.startsWith(handOverPrompt);
}

function parseMetadata(text: string | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}
