import type { ResponseTextFormat } from '../protocol/responses.ts';
import type { AnswerCheck } from '../translate/stream/reduce.ts';

/**
 * The check for a `text.format` that the provider does not enforce: the final text must be JSON, and valid against the
 * schema if there is one. Code fences around it are taken off (GLM ignores `json_schema`, probed 2026-08-20, and likes
 * fences). Resolves to `undefined` for plain text.
 */
export async function answerCheckFor(format: ResponseTextFormat | null | undefined): Promise<AnswerCheck | undefined> {
  if (format?.type === 'json_object') return (text) => parseAnswer(text);
  if (format?.type !== 'json_schema') return undefined;
  const { Validator } = await import('@cfworker/json-schema');
  const validator = new Validator(format.schema, '2020-12', true);
  return (text) => {
    const answer = parseAnswer(text);
    if ('problem' in answer) return answer;
    const { valid, errors } = validator.validate(answer.value);
    if (valid) return { text: answer.text };
    // the last error is the innermost: the first ones only say that something inside failed
    const { instanceLocation, error } = errors.at(-1) ?? { instanceLocation: '#', error: 'invalid' };
    return { problem: `${instanceLocation}: ${error}` };
  };
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
