import type { Response, ResponsesRequest } from '../../protocol/responses.ts';
import { randomId } from '../random-id.ts';

/** What is known of a response before it begins, with a new id. */
export function responseSkeleton(request: ResponsesRequest, model: string): Response {
  return {
    id: randomId('resp_'),
    object: 'response',
    created_at: Math.floor(Date.now() / 1000),
    status: 'in_progress',
    model,
    output: [],
    error: null,
    incomplete_details: null,
    instructions: null,
    metadata: request.metadata ?? {},
    parallel_tool_calls: request.parallel_tool_calls ?? true,
    temperature: request.temperature ?? null,
    top_p: request.top_p ?? null,
    tool_choice: request.tool_choice ?? 'auto',
    // not echoed: codex sends 20 kB of them with every request and reads none back
    tools: [],
    usage: null,
  };
}
