import { badRequest, isRecord } from './check.ts';

/** The form that the final answer must have. */
export interface OutputFormat {
  kind: 'json_object' | 'json_schema';
  schema: Record<string, unknown>;
}

/**
 * `response_format`, or a schema in `output_schema` or `outputSchema`.
 * @throws RequestError 400 for `json_schema` without a schema and for an unknown type
 */
export function readOutputFormat(body: Readonly<Record<string, unknown>>): OutputFormat | undefined {
  const schema = body['output_schema'] ?? body['outputSchema'];
  if (schema !== undefined && schema !== null)
    return { kind: 'json_schema', schema: schemaOf(schema, 'output_schema') };
  const format = body['response_format'];
  if (format === undefined || format === null) return undefined;
  if (!isRecord(format)) throw badRequest('`response_format` must be an object.');
  switch (format['type']) {
    case 'text':
      return undefined;
    case 'json_object':
      return { kind: 'json_object', schema: { type: 'object' } };
    case 'json_schema': {
      const named = format['json_schema'];
      const given = isRecord(named) ? named['schema'] : format['schema'];
      return { kind: 'json_schema', schema: schemaOf(given, 'response_format.json_schema.schema') };
    }
    default:
      throw badRequest('`response_format.type` must be text, json_object or json_schema.');
  }
}

function schemaOf(schema: unknown, place: string): Record<string, unknown> {
  if (isRecord(schema)) return schema;
  throw badRequest(`\`${place}\` is missing or is not an object.`);
}
