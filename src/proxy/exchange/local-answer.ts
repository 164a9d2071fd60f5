import type { ResponsesRequest } from '../../protocol/responses.ts';
import { ToolNames } from '../../translate/request/tool-names.ts';
import { openStream, reduceChunk, reduceEnd, startStream } from '../../translate/stream/reduce.ts';
import { responseSkeleton } from './response-skeleton.ts';
import type { ResponseSink } from '../sinks/sse-writer.ts';

/** Answers with a text of our own, as the model's: no provider is asked, no tokens are used. */
export function sendAnswer(request: ResponsesRequest, text: string, sink: ResponseSink): void {
  const state = startStream({
    response: responseSkeleton(request, request.model),
    tools: new ToolNames(),
    usedCallIds: new Set(),
    family: '',
    estimatedInputTokens: 0,
  });
  const answer = { choices: [{ delta: { content: text }, finish_reason: 'stop' }] };
  void sink.write([...openStream(state), ...reduceChunk(state, answer), ...reduceEnd(state)]);
  sink.end();
}
