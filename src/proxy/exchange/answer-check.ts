import type { Ajv, ValidateFunction } from 'ajv';
import { RequestError } from '../../errors/errors.ts';
import type { ResponseTextFormat } from '../../protocol/responses.ts';
import type { AnswerCheck } from '../../translate/stream/reduce.ts';

/**
 * The check for a `text.format` that the provider does not enforce: the final text must be JSON, and valid against the
 * schema if there is one. Code fences around it are taken off (GLM ignores `json_schema`, probed 2026-08-20, and likes
 * fences). Resolves to `undefined` for plain text.
 *
 * @param place the client's name for the schema, for an error
 */
export async function answerCheckFor(
  format: ResponseTextFormat | null | undefined,
  place = 'text.format.schema',
): Promise<AnswerCheck | undefined> {
  if (format?.type === 'json_object') return (text) => parseAnswer(text);
  if (format?.type !== 'json_schema') return undefined;
  const { default: ajvModule } = await import('ajv');
  // a schema may hold keywords and formats of any draft: what ajv does not know it passes over
  const ajv = new ajvModule.Ajv({ strict: false, validateFormats: false, logger: false });
  const isValid = compile(ajv, format.schema, place);
  return (text) => {
    const answer = parseAnswer(text);
    if ('problem' in answer) return answer;
    if (isValid(answer.value)) return { text: answer.text };
    const [error] = isValid.errors ?? [];
    return { problem: `${error?.instancePath || 'the value'} ${error?.message ?? 'is not valid'}` };
  };
}

/** @throws RequestError BAD_REQUEST for a schema that is none. */
function compile(ajv: Ajv, schema: Record<string, unknown>, place: string): ValidateFunction {
  try {
    if (typeof schema !== 'object' || schema === null) return ajv.compile(schema);
    // the draft that it names (zod 4: 2020-12) need not be ajv's; keywords that only the other one has are passed over
    const { $schema: _, ...ofAnyDraft } = schema;
    return ajv.compile(ofAnyDraft);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RequestError('BAD_REQUEST', 400, `\`${place}\` is not a JSON Schema: ${reason}`, { cause });
  }
}

function parseAnswer(text: string): { text: string; value: unknown } | { problem: string } {
  const trimmed = text.trim();
  const unfenced = /^```[a-z]*\s*\n([\s\S]*?)\n?```$/i.exec(trimmed)?.[1]?.trim() ?? trimmed;
  try {
    return { text: unfenced, value: JSON.parse(unfenced) };
  } catch {
    return { problem: 'it is not JSON' };
  }
}
