import type { ChatCompletionChunk, ChatRequest } from '../protocol/chat.ts';
import type { OutputItem, ResponsesRequest } from '../protocol/responses.ts';

/** One exchange as it stands in a capture: one line of JSON. */
export interface CapturedExchange {
  /** The version of codex-glm that wrote it. */
  version: string;
  request: ResponsesRequest;
  chat: ChatRequest;
  chunks: ChatCompletionChunk[];
  /** With ids that are numbered from 1: those of a response are random. */
  output: OutputItem[];
}

/** Ids made of a response's random id become `resp_1`, `msg_1_0`, ... so that two runs can be compared. */
export function withPlainIds<T>(value: T, responseId: string): T {
  const stem = responseId.slice(responseId.indexOf('_') + 1);
  // the same shape comes back
  return JSON.parse(JSON.stringify(value).replaceAll(stem, '1')) as T;
}
