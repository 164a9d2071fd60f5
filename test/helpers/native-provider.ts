/** A provider with a Responses endpoint of its own: what it sends, and what it refuses. */
import { onTestFinished } from 'vitest';
import { findProvider } from '../../src/catalog/catalog.ts';
import type { ResponsesRules } from '../../src/catalog/responses-rules.ts';
import { startProxy, type Proxy, type ProxyOptions } from '../../src/proxy/server.ts';
import { testKey } from './proxy-under-test.ts';
import { startScriptedUpstream, type ScriptedUpstream, type Step } from './scripted-upstream.ts';

export type NativeEvent = Record<string, unknown>;

export interface NativeAnswer {
  reasoning?: string;
  text?: string;
  /** In flat names: `mcp__tiny__add_numbers`. */
  calls?: readonly { name: string; arguments: Record<string, unknown> }[];
  /** Becomes a freeform call of apply_patch. */
  patch?: string;
}

const usage = {
  input_tokens: 1000,
  input_tokens_details: { cached_tokens: 640 },
  output_tokens: 50,
  output_tokens_details: { reasoning_tokens: 20 },
  total_tokens: 1050,
};

/**
 * An answer as Z.ai streams it (2026-10): thinking as `reasoning_text`, no summary, nothing sealed, and no number on
 * `output_text.done`.
 */
export function nativeEvents(answer: NativeAnswer, turn = 0): NativeEvent[] {
  const id = `resp_${turn}`;
  const response = { id, object: 'response', created_at: 1_790_000_000, model: 'glm-5.3', error: null };
  const output: NativeEvent[] = [];
  const events: NativeEvent[] = [
    { type: 'response.created', response: { ...response, status: 'in_progress', output: [] } },
  ];
  const add = (added: NativeEvent, middle: (at: NativeEvent) => NativeEvent[], done: NativeEvent) => {
    const at = { item_id: done['id'], output_index: output.length };
    const { output_index } = at;
    events.push({ type: 'response.output_item.added', output_index, item: { ...added, status: 'in_progress' } });
    events.push(...middle(at), { type: 'response.output_item.done', output_index, item: done });
    output.push(done);
  };
  const { reasoning, text, calls = [], patch } = answer;
  if (reasoning !== undefined) {
    const item = { type: 'reasoning', id: `rs_${id}`, summary: [], encrypted_content: null };
    const part = { type: 'reasoning_text', text: reasoning };
    add(
      { ...item, content: [] },
      (at) => [
        { type: 'response.content_part.added', ...at, content_index: 0, part: { ...part, text: '' } },
        ...halves(reasoning).map((delta) => ({
          type: 'response.reasoning_text.delta',
          ...at,
          content_index: 0,
          delta,
        })),
        { type: 'response.reasoning_text.done', ...at, content_index: 0, text: reasoning },
        { type: 'response.content_part.done', ...at, content_index: 0, part },
      ],
      { ...item, content: [part], status: 'completed' },
    );
  }
  if (text !== undefined) {
    const item = { type: 'message', id: `msg_${id}`, role: 'assistant' };
    const part = { type: 'output_text', text, annotations: [] };
    add(
      { ...item, content: [] },
      (at) => [
        { type: 'response.content_part.added', ...at, content_index: 0, part: { ...part, text: '' } },
        ...halves(text).map((delta) => ({ type: 'response.output_text.delta', ...at, content_index: 0, delta })),
        { type: 'response.output_text.done', ...at, content_index: 0, text },
        { type: 'response.content_part.done', ...at, content_index: 0, part },
      ],
      { ...item, content: [part], status: 'completed' },
    );
  }
  calls.forEach((call, index) => {
    const args = JSON.stringify(call.arguments);
    const item = {
      type: 'function_call',
      id: `fc_${turn}_${index}`,
      call_id: `call_${turn}_${index}`,
      name: call.name,
    };
    add(
      { ...item, arguments: '' },
      (at) => [
        ...halves(args).map((delta) => ({ type: 'response.function_call_arguments.delta', ...at, delta })),
        { type: 'response.function_call_arguments.done', ...at, arguments: args },
      ],
      { ...item, arguments: args, status: 'completed' },
    );
  });
  if (patch !== undefined) {
    const item = { type: 'custom_tool_call', id: `ctc_${turn}`, call_id: `call_${turn}_patch`, name: 'apply_patch' };
    add(
      { ...item, input: '' },
      (at) => halves(patch).map((delta) => ({ type: 'response.custom_tool_call_input.delta', ...at, delta })),
      { ...item, input: patch, status: 'completed' },
    );
  }
  events.push({ type: 'response.completed', response: { ...response, status: 'completed', output, usage } });
  return events.map((event, number) =>
    event['type'] === 'response.output_text.done' ? event : { ...event, sequence_number: number },
  );
}

function halves(text: string): string[] {
  const middle = Math.ceil(text.length / 2);
  return [text.slice(0, middle), text.slice(middle)].filter(Boolean);
}

export function nativeFrame(event: NativeEvent): string {
  return `event: ${String(event['type'])}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** Streams the events, and `[DONE]` as Z.ai does. */
export function nativeStream(events: NativeEvent[]): Step {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(`${events.map(nativeFrame).join('')}data: [DONE]\n\n`);
  };
}

const knownFields = (
  'model instructions input stream store reasoning include tools tool_choice parallel_tool_calls text ' +
  'max_output_tokens temperature top_p prompt_cache_key'
).split(' ');

interface SentItem {
  type?: string;
  call_id?: string;
  name?: string;
  namespace?: unknown;
  arguments?: unknown;
  input?: unknown;
  output?: unknown;
  content?: unknown;
}

interface SentTool {
  type?: string;
  name?: string;
  description?: unknown;
  parameters?: unknown;
}

/** Everything in a body that one of the known endpoints refuses, in plain words. */
export function nativeViolations(body: Record<string, unknown>, rules: ResponsesRules = {}): string[] {
  const wrong = Object.keys(body)
    .filter((field) => !knownFields.includes(field))
    .map((field) => `unknown field ${field}`);
  if (body['stream'] !== true || body['store'] !== false) wrong.push('not a stateless stream');
  for (const tool of (body['tools'] ?? []) as SentTool[]) wrong.push(...toolViolations(tool, rules));
  return [...wrong, ...itemViolations(body['input'] as SentItem[], rules)];
}

function toolViolations({ type, name = '', description, parameters }: SentTool, rules: ResponsesRules): string[] {
  if (type === 'custom') return rules.freeformPatch && name === 'apply_patch' ? [] : [`custom tool ${name}`];
  if (type !== 'function') return [`tool of type ${type}`];
  const isWhole = /^[A-Za-z0-9_-]{1,64}$/.test(name) && typeof description === 'string' && parameters;
  return isWhole ? [] : [`function ${name} is not whole`];
}

function itemViolations(input: SentItem[], rules: ResponsesRules): string[] {
  const wrong: string[] = [];
  const open = new Map<string, string>();
  const used = new Set<string>();
  for (const [index, item] of input.entries()) {
    const where = `item ${index} (${item.type})`;
    const id = item.call_id ?? '';
    if (item.namespace !== undefined) wrong.push(`${where}: namespace`);
    const isOutput = item.type?.endsWith('_output') === true;
    const isCall = item.type?.endsWith('_call') === true;
    if (open.size > 0 && !isOutput && (!isCall || rules.pairedCalls)) wrong.push(`${where}: between call and output`);
    if (isCall) {
      if (used.has(id)) wrong.push(`${where}: call id twice`);
      used.add(id);
      open.set(id, item.type ?? '');
      if (item.type === 'custom_tool_call' && !(rules.freeformPatch && item.name === 'apply_patch'))
        wrong.push(`${where}: custom`);
      const content = item.type === 'custom_tool_call' ? item.input : item.arguments;
      if (typeof content !== 'string') wrong.push(`${where}: no text`);
    } else if (isOutput) {
      if (`${open.get(id)}_output` !== item.type) wrong.push(`${where}: not the output of a call before it`);
      open.delete(id);
      if (typeof item.output !== 'string') wrong.push(`${where}: no text`);
    } else if (item.type !== 'message' && item.type !== 'reasoning') wrong.push(`${where}: unknown`);
  }
  return open.size > 0 ? [...wrong, 'a call without output'] : wrong;
}

/** To be called inside of a test. Retries pause for milliseconds. */
export async function nativeProxyTo(
  steps: Step[],
  options: Partial<ProxyOptions> = {},
  providerId = 'zai-coding',
): Promise<{ proxy: Proxy; upstream: ScriptedUpstream }> {
  const upstream = await startScriptedUpstream(...steps);
  onTestFinished(() => upstream.close());
  const proxy = await startProxy({
    provider: { ...findProvider(providerId), wire: 'responses', responsesBaseUrl: upstream.baseUrl },
    apiKey: testKey,
    firstRetryDelayMs: 5,
    environment: {},
    ...options,
  });
  onTestFinished(() => proxy.close());
  return { proxy, upstream };
}
