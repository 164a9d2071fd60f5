import type { ChatCompletionChunk, ChatRequest } from '../../protocol/chat.ts';
import type { Response, ResponsesRequest } from '../../protocol/responses.ts';

/** Watches exchanges with all they carry. What it is given must not be changed. */
export interface ExchangeObserver {
  /** A request was translated; more attempts of the same exchange are not told. */
  began(id: string, request: ResponsesRequest, chat: ChatRequest): void;
  /** One read of the provider's answer. */
  received(id: string, chunks: readonly ChatCompletionChunk[]): void;
  /** Absent: the answer failed, or the client left. */
  ended(id: string, response: Response | undefined): void;
}
