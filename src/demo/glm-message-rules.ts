import type { ModelDescription } from '../catalog/provider.ts';
import { illegal, isRecord, type GlmViolation } from './violation.ts';

const roles = ['system', 'user', 'assistant', 'tool'];

/** What GLM refuses in `messages`: roles, contents, and the pairing of calls and results. */
export function messageViolations(messages: unknown, model: ModelDescription): GlmViolation[] {
  if (!Array.isArray(messages) || messages.length === 0) return [illegal('messages must be a list of at least one')];
  const found: GlmViolation[] = [];
  for (const [index, message] of messages.entries()) {
    if (!isRecord(message) || !roles.includes(String(message['role']))) {
      found.push(illegal(`messages[${index}].role must be one of ${roles.join(', ')}`));
      continue;
    }
    found.push(...contentViolations(message, `messages[${index}]`, model));
  }
  const seenRoles = new Set(messages.map((message: unknown) => (isRecord(message) ? message['role'] : undefined)));
  if (seenRoles.size === 1 && (seenRoles.has('system') || seenRoles.has('assistant'))) {
    found.push(illegal('messages must not hold only system or only assistant messages'));
  }
  return [...found, ...pairingViolations(messages.filter(isRecord))];
}

function contentViolations(message: Record<string, unknown>, at: string, model: ModelDescription): GlmViolation[] {
  const { role, content } = message;
  if (Array.isArray(content) && role === 'user') return partViolations(content, at, model);
  if (typeof content !== 'string') return [illegal(`${at}.content: Input should be a valid string`)];
  if (role === 'assistant') {
    if (message['reasoning_content'] !== undefined && typeof message['reasoning_content'] !== 'string') {
      return [illegal(`${at}.reasoning_content: Input should be a valid string`)];
    }
    const calls = message['tool_calls'];
    if (calls !== undefined && !(Array.isArray(calls) && calls.length > 0)) {
      return [illegal(`${at}.tool_calls must be a list of at least one`)];
    }
    return content === '' && calls === undefined
      ? [illegal(`${at}: content and tool_calls must not both be empty`)]
      : [];
  }
  // an empty result is a result
  return content === '' && role !== 'tool' ? [illegal(`${at}.content: text cannot be empty`)] : [];
}

function partViolations(parts: unknown[], at: string, model: ModelDescription): GlmViolation[] {
  if (!model.inputModalities.includes('image')) {
    const images = parts.some((part) => isRecord(part) && part['type'] !== 'text');
    return [
      images
        ? illegal(`${at}.content.type: model ${model.id} takes only ['text']`)
        : illegal(`${at}.content: Input should be a valid string`),
    ];
  }
  if (parts.length === 0) return [illegal(`${at}.content must not be empty`)];
  return parts.flatMap((part) => {
    if (isRecord(part) && part['type'] === 'text') {
      return typeof part['text'] === 'string' && part['text'] !== ''
        ? []
        : [illegal(`${at}.content: text cannot be empty`)];
    }
    if (isRecord(part) && part['type'] === 'image_url') {
      const image = part['image_url'];
      const url = isRecord(image) ? String(image['url']) : '';
      return /^(https?:|data:image\/(png|jpe?g);base64,)/.test(url)
        ? []
        : [illegal(`${at}.content.image_url must be a link or a base64 png or jpeg`)];
    }
    return [illegal(`${at}.content.type must be text or image_url`)];
  });
}

/** Each call needs exactly one result, directly behind its assistant message; an id belongs to one call for ever. */
function pairingViolations(messages: Record<string, unknown>[]): GlmViolation[] {
  const found: GlmViolation[] = [];
  const usedIds = new Set<string>();
  let open = new Set<string>();
  for (const [index, message] of messages.entries()) {
    const at = `messages[${index}]`;
    if (message['role'] === 'tool') {
      const id = String(message['tool_call_id']);
      if (!open.delete(id)) found.push(illegal(`${at}: tool_call_id ${id} has no open call directly before it`));
      continue;
    }
    for (const id of open) found.push(illegal(`${at}: the call ${id} before it has no result`));
    open = new Set();
    if (message['role'] !== 'assistant' || !Array.isArray(message['tool_calls'])) continue;
    for (const call of message['tool_calls'] as unknown[]) {
      const [id, problem] = callProblem(call);
      if (problem !== undefined) found.push(illegal(`${at}.tool_calls: ${problem}`));
      if (usedIds.has(id)) found.push(illegal(`${at}.tool_calls: the id ${id} is used twice`));
      usedIds.add(id);
      open.add(id);
    }
  }
  for (const id of open) found.push(illegal(`messages: the call ${id} has no result`));
  return found;
}

function callProblem(call: unknown): [id: string, problem: string | undefined] {
  if (!isRecord(call) || typeof call['id'] !== 'string' || call['id'] === '') return ['', 'a call needs an id'];
  const { id, type } = call;
  const called = call['function'];
  if (type !== 'function' || !isRecord(called)) return [id, 'type must be function'];
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(String(called['name']))) return [id, `bad function name ${String(called['name'])}`];
  return [id, isJsonObject(called['arguments']) ? undefined : `arguments of ${id} are not a JSON object`];
}

function isJsonObject(text: unknown): boolean {
  if (typeof text !== 'string') return false;
  try {
    return isRecord(JSON.parse(text));
  } catch {
    return false;
  }
}
