/**
 * What GLM's chat endpoint refuses, from docs.z.ai (chat completion reference and thinking mode, 2026-10) and from
 * refusals that its users reported. Deliberately at least as strict as the real one: fields outside of its schema, which
 * it mostly ignores, are refused here, because a client that sends them is wrong. Pure.
 */
import type { ModelDescription } from '../catalog/provider.ts';
import { glmModels } from '../catalog/providers/glm.ts';
import { messageViolations } from './glm-message-rules.ts';
import { toolViolations } from './glm-tool-rules.ts';
import { badParameter, isRecord, type GlmViolation } from './violation.ts';

const knownFields = new Set(
  (
    'model messages stream stream_options tool_stream tools tool_choice response_format stop temperature top_p ' +
    'do_sample max_tokens thinking reasoning_effort request_id user_id'
  ).split(' '),
);

/** Every reason to refuse this body of `POST /chat/completions`, in the order in which they were found; none: accepted. */
export function glmViolations(request: unknown): GlmViolation[] {
  if (!isRecord(request)) return [badParameter('the body is not a JSON object')];
  const model = glmModels.find(({ id }) => id === request['model']);
  if (!model)
    return [{ status: 400, code: '1211', message: `Unknown Model, please check the model code: ${request['model']}` }];
  return [
    ...fieldViolations(request),
    ...samplingViolations(request, model),
    ...thinkingViolations(request, model),
    ...messageViolations(request['messages'], model),
    ...toolViolations(request),
  ];
}

function fieldViolations(request: Record<string, unknown>): GlmViolation[] {
  const found: GlmViolation[] = [];
  for (const field of Object.keys(request)) {
    if (!knownFields.has(field)) found.push(badParameter(`there is no field "${field}"`));
  }
  const format = request['response_format'];
  if (format !== undefined && !(isRecord(format) && (format['type'] === 'text' || format['type'] === 'json_object'))) {
    found.push(badParameter('response_format.type must be text or json_object'));
  }
  if (request['tool_stream'] !== undefined && request['stream'] !== true) {
    found.push(badParameter('tool_stream needs stream: true'));
  }
  if (request['stream_options'] !== undefined && request['stream'] !== true) {
    found.push(badParameter('stream_options needs stream: true'));
  }
  // 6 to 64 and 6 to 128 characters
  if (!isOptionalText(request['request_id'], 6, 64))
    found.push(badParameter('request_id must have 6 to 64 characters'));
  if (!isOptionalText(request['user_id'], 6, 128)) found.push(badParameter('user_id must have 6 to 128 characters'));
  return found;
}

function isOptionalText(value: unknown, min: number, max: number): boolean {
  return value === undefined || (typeof value === 'string' && value.length >= min && value.length <= max);
}

function samplingViolations(request: Record<string, unknown>, model: ModelDescription): GlmViolation[] {
  const found: GlmViolation[] = [];
  for (const [field, min] of [
    ['temperature', 0],
    ['top_p', 0.01],
  ] as const) {
    const value = request[field];
    if (value === undefined) continue;
    if (typeof value !== 'number' || value < min || value > 1 || Number(value.toFixed(2)) !== value) {
      found.push(badParameter(`${field} must be within [${min}, 1] with at most two decimals`));
    }
  }
  const maxTokens = request['max_tokens'];
  if (maxTokens !== undefined) {
    if (!Number.isInteger(maxTokens) || Number(maxTokens) < 1 || Number(maxTokens) > model.maxOutputTokens) {
      found.push(badParameter(`max_tokens must be within [1, ${model.maxOutputTokens}]`));
    }
  }
  const stop = request['stop'];
  if (stop !== undefined && !(Array.isArray(stop) && stop.length === 1 && typeof stop[0] === 'string')) {
    found.push(badParameter('stop must be a list of one string'));
  }
  return found;
}

function thinkingViolations(request: Record<string, unknown>, model: ModelDescription): GlmViolation[] {
  const found: GlmViolation[] = [];
  const canStop = model.reasoning?.efforts.includes('none') ?? true;
  const thinking = request['thinking'];
  if (thinking !== undefined) {
    const type = isRecord(thinking) ? thinking['type'] : undefined;
    const clear = isRecord(thinking) ? thinking['clear_thinking'] : undefined;
    if (type !== 'enabled' && type !== 'disabled')
      found.push(badParameter('thinking.type must be enabled or disabled'));
    if (type === 'disabled' && !canStop) {
      found.push(badParameter(`model ${model.id} always thinks, thinking.type disabled is not supported`));
    }
    if (clear !== undefined && typeof clear !== 'boolean') {
      found.push(badParameter('thinking.clear_thinking must be true or false'));
    }
  }
  const effort = request['reasoning_effort'];
  // GLM 5.3 takes three levels on the pay-as-you-go endpoints, 5.2 all seven; older models do not look at the field.
  if (effort !== undefined && model.reasoning?.control === 'thinking+reasoning_effort') {
    const levels = canStop ? ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] : ['low', 'high', 'max'];
    if (!levels.includes(String(effort)))
      found.push(badParameter(`reasoning_effort must be one of ${levels.join(', ')}`));
  }
  return found;
}
