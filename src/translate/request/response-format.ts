import type { ChatRules } from '../../catalog/provider.ts';
import type { ChatRequest } from '../../protocol/chat.ts';
import type { Diagnostic } from '../diagnostic.ts';
import { isObject } from './parse-request.ts';

export interface ResponseFormat {
  /** The chat field, as strong as the provider honours it. */
  field: Pick<ChatRequest, 'response_format'>;
  /** What the provider does not enforce, said to the model instead; empty when nothing is left to say. */
  instruction: string;
}

/** `text.format` -> `response_format`, with the schema in the prompt where the provider would ignore it. */
export function responseFormat(
  format: unknown,
  rules: ChatRules,
  report: (diagnostic: Diagnostic) => void,
): ResponseFormat {
  const type = isObject(format) ? format['type'] : undefined;
  if (!isObject(format) || (type !== 'json_schema' && type !== 'json_object')) return { field: {}, instruction: '' };
  const wantsSchema = type === 'json_schema' && isObject(format['schema']);
  if (wantsSchema && rules.responseFormat === 'json_schema') {
    const { name, schema, strict } = format;
    const json_schema = {
      name: typeof name === 'string' ? name : 'answer',
      schema,
      ...(strict === true ? { strict } : {}),
    };
    return { field: { response_format: { type: 'json_schema', json_schema } }, instruction: '' };
  }
  if (wantsSchema || rules.responseFormat === 'none') {
    report({
      code: 'response-format-degraded',
      detail: `${type} as ${rules.responseFormat === 'none' ? 'prompt' : 'json_object'}`,
    });
  }
  const instruction = wantsSchema
    ? `Your final answer must be one JSON value that is valid against this JSON Schema, without code fences or any other text:\n${JSON.stringify(format['schema'])}`
    : 'Your final answer must be one JSON object, without code fences or any other text.';
  const field: ResponseFormat['field'] =
    rules.responseFormat === 'none' ? {} : { response_format: { type: 'json_object' } };
  return { field, instruction };
}
