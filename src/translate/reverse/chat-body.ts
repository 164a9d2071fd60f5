import { badRequest, isRecord } from './check.ts';
import { readMessages, type TurnMessage } from './messages.ts';
import { readOutputFormat, type OutputFormat } from './output-format.ts';

/** What a client of the chat server asked for, checked. */
export interface ChatTurnRequest {
  /** Absent: the server's own. */
  model: string | undefined;
  /** From a field of its own, which wins over the one in the model's name. */
  effort: string | undefined;
  stream: boolean;
  includeUsage: boolean;
  messages: TurnMessage[];
  output: OutputFormat | undefined;
  /** Only where the operator allows them. */
  overrides: { sandbox?: string; workdir?: string };
}

/**
 * Reads the body of `POST /v1/chat/completions`. What codex decides by itself is passed over: sampling, token limits,
 * the client's tools.
 * @throws RequestError 400 for anything that would have to be guessed
 */
export function readChatBody(body: unknown): ChatTurnRequest {
  if (!isRecord(body)) throw badRequest('The request body is not a JSON object.');
  if (body['n'] !== undefined && body['n'] !== null && body['n'] !== 1)
    throw badRequest('`n` must be 1: a turn of codex has one answer.');
  const streamOptions = body['stream_options'];
  const sandbox = optionalText(body, 'sandbox') ?? optionalText(body, 'sandbox_mode');
  const workdir = optionalText(body, 'workdir') ?? optionalText(body, 'cwd');
  return {
    model: optionalText(body, 'model'),
    effort: optionalText(body, 'reasoning_effort') ?? optionalText(body, 'model_reasoning_effort'),
    stream: body['stream'] === true,
    includeUsage: isRecord(streamOptions) && streamOptions['include_usage'] === true,
    messages: readMessages(body['messages']),
    output: readOutputFormat(body),
    overrides: { ...(sandbox !== undefined && { sandbox }), ...(workdir !== undefined && { workdir }) },
  };
}

/** A text that is not blank; absent and null are the same. */
function optionalText(body: Record<string, unknown>, field: string): string | undefined {
  const value = body[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw badRequest(`\`${field}\` must be a string.`);
  return value.trim() || undefined;
}
