import { openAiCompatibleRules } from '../../src/catalog/provider.ts';
import type { ChatCompletionChunk } from '../../src/protocol/chat.ts';
import type { Response, ResponseEvent } from '../../src/protocol/responses.ts';
import type { Diagnostic } from '../../src/translate/diagnostic.ts';
import { ToolNames } from '../../src/translate/request/tool-names.ts';
import { ToolList } from '../../src/translate/request/tools.ts';
import {
  diagnosticsOf,
  openStream,
  reduceChunk,
  reduceEnd,
  startStream,
  type StreamOptions,
} from '../../src/translate/stream/reduce.ts';
import { sessionToolDeclarations } from './session-tools.ts';

/** The tools of a small codex session, one of each kind. */
export function sessionTools(): ToolNames {
  const tools = new ToolNames();
  const list = new ToolList(tools, openAiCompatibleRules, () => {});
  for (const declaration of sessionToolDeclarations) list.add(declaration);
  list.add({ type: 'custom', name: 'exec' });
  list.add({ type: 'tool_search', execution: 'client' });
  return tools;
}

export function responseSkeleton(): Response {
  return {
    id: 'resp_test',
    object: 'response',
    created_at: 1_790_000_000,
    status: 'in_progress',
    model: 'glm-5.3',
    output: [],
    error: null,
    incomplete_details: null,
    instructions: null,
    metadata: {},
    parallel_tool_calls: true,
    temperature: null,
    top_p: null,
    tool_choice: 'auto',
    tools: [],
    usage: null,
  };
}

export function streamOptions(overrides: Partial<StreamOptions> = {}): StreamOptions {
  return {
    response: responseSkeleton(),
    tools: sessionTools(),
    usedCallIds: new Set(),
    family: 'glm',
    estimatedInputTokens: 1000,
    ...overrides,
  };
}

export interface StreamRun {
  events: ResponseEvent[];
  response: Response;
  diagnostics: readonly Diagnostic[];
}

/** Runs chunks through the reducer from `response.created` to the terminal event. */
export function runStream(chunks: readonly ChatCompletionChunk[], overrides: Partial<StreamOptions> = {}): StreamRun {
  const state = startStream(streamOptions(overrides));
  const events = openStream(state);
  for (const chunk of chunks) events.push(...reduceChunk(state, chunk));
  events.push(...reduceEnd(state));
  const last = events.at(-1);
  if (!last || !('response' in last)) throw new Error('no terminal event');
  return { events, response: last.response, diagnostics: diagnosticsOf(state) };
}
