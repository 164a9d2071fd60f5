import { badRequest, isRecord } from './check.ts';

export type TurnPart =
  | { type: 'text'; text: string }
  /** `data:`, `https:` or `file:` URL, or a path. */
  | { type: 'image'; source: string };

export interface TurnCall {
  id: string;
  name: string;
  /** JSON text. */
  arguments: string;
}

export interface TurnMessage {
  role: 'system' | 'user' | 'assistant' | 'tool';
  parts: TurnPart[];
  /** Of an assistant: calls of tools that the client ran. */
  calls: TurnCall[];
  /** Of a tool: the call that this is the result of; absent when there is no such call before it. */
  callId: string | undefined;
}

/**
 * The `messages` of a chat request, in the content forms of Chat Completions (`text`, `image_url`), of the Responses API
 * (`input_text`, `output_text`, `input_image`) and `local_image`.
 * @throws RequestError 400, which names the message
 */
export function readMessages(messages: unknown): TurnMessage[] {
  if (!Array.isArray(messages) || messages.length === 0)
    throw badRequest('`messages` must be a list with a message in it.');
  const read = messages.map((message: unknown, index) => readMessage(message, `messages[${index}]`));
  matchResults(read);
  if (!read.some((message) => message.role === 'user')) throw badRequest('`messages` has no user message.');
  return read;
}

const roles: Record<string, TurnMessage['role']> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  assistant: 'assistant',
  tool: 'tool',
  function: 'tool',
};

function readMessage(message: unknown, place: string): TurnMessage {
  if (!isRecord(message)) throw badRequest(`${place} is not an object.`);
  const role = typeof message['role'] === 'string' ? roles[message['role']] : undefined;
  if (!role) throw badRequest(`${place}.role must be system, developer, user, assistant or tool.`);
  const parts = readContent(message['content'], place);
  if (role === 'system' && parts.some(({ type }) => type === 'image'))
    throw badRequest(`${place}: a ${String(message['role'])} message has text only.`);
  const callId = message['tool_call_id'] ?? message['name'];
  return {
    role,
    parts: [...parts, ...readRefusal(message['refusal'])],
    calls: role === 'assistant' ? readCalls(message, place) : [],
    callId: role === 'tool' && typeof callId === 'string' ? callId : undefined,
  };
}

function readRefusal(refusal: unknown): TurnPart[] {
  return typeof refusal === 'string' && refusal !== '' ? [{ type: 'text', text: refusal }] : [];
}

/** `function_call` is the form before `tool_calls`: one call without an id, whose result has the function's name. */
function readCalls(message: Record<string, unknown>, place: string): TurnCall[] {
  const calls = Array.isArray(message['tool_calls']) ? message['tool_calls'] : [];
  const read = calls.map((call: unknown, index) => readCall(call, `${place}.tool_calls[${index}]`));
  const old = message['function_call'];
  if (isRecord(old)) read.push(readCall({ id: old['name'], function: old }, `${place}.function_call`));
  return read;
}

/**
 * Pairs each tool message with a call before it that has no result yet. A result without a call would be lost in codex,
 * and of two calls with one id the second.
 */
function matchResults(messages: readonly TurnMessage[]): void {
  const open = new Map<string, TurnCall>();
  const used = new Set<string>();
  for (const message of messages) {
    for (const call of message.calls) {
      const given = call.id;
      for (let copy = 2; used.has(call.id); copy++) call.id = `${given}-${copy}`;
      used.add(call.id);
      open.set(given, call);
    }
    if (message.callId === undefined) continue;
    const call = open.get(message.callId);
    open.delete(message.callId);
    message.callId = call?.id;
  }
}

function readContent(content: unknown, place: string): TurnPart[] {
  if (content === undefined || content === null) return [];
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }];
  if (!Array.isArray(content)) throw badRequest(`${place}.content must be a string or a list of parts.`);
  return content.flatMap((part: unknown, index) => readPart(part, `${place}.content[${index}]`));
}

function readPart(part: unknown, place: string): TurnPart[] {
  if (typeof part === 'string') return [{ type: 'text', text: part }];
  if (!isRecord(part)) throw badRequest(`${place} is not an object.`);
  switch (part['type']) {
    case 'text':
    case 'input_text':
    case 'output_text': {
      const text = part['text'];
      if (typeof text !== 'string') throw badRequest(`${place}.text must be a string.`);
      return text === '' ? [] : [{ type: 'text', text }];
    }
    case 'refusal':
      return [{ type: 'text', text: String(part['refusal']) }];
    case 'image_url':
    case 'input_image': {
      const image = part['image_url'];
      return [{ type: 'image', source: textOf(isRecord(image) ? image['url'] : image, `${place}.image_url`) }];
    }
    case 'local_image':
      return [{ type: 'image', source: textOf(part['path'] ?? part['image_path'], `${place}.path`) }];
    default:
      throw badRequest(
        `${place}.type "${String(part['type'])}" is not supported; there are text, image_url and local_image.`,
      );
  }
}

function readCall(call: unknown, place: string): TurnCall {
  const called = isRecord(call) ? call['function'] : undefined;
  if (!isRecord(call) || !isRecord(called)) throw badRequest(`${place} is not a function call.`);
  return {
    id: textOf(call['id'], `${place}.id`),
    name: textOf(called['name'], `${place}.function.name`),
    arguments: typeof called['arguments'] === 'string' ? called['arguments'] : '{}',
  };
}

function textOf(value: unknown, place: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw badRequest(`${place} must be a string.`);
}
