import { plainText } from '../errors/plain-text.ts';
import { getJson, type GetJsonOptions } from './get-json.ts';
import { redact } from './redact.ts';

/**
 * The ids of the models that a server names at `GET {baseUrl}/models`: OpenAI's `{data: [{id}]}`, GLM's Responses
 * endpoint's `{models: [{slug}]}`, a bare list.
 * @throws ProviderError: see getJson
 */
export async function listModels(baseUrl: string, options: Omit<GetJsonOptions, 'url'>): Promise<string[]> {
  const answer = await getJson({ ...options, url: `${baseUrl}/models` });
  const { secrets } = options.context;
  return modelIds(answer).filter((id) => redact(id, secrets) === id);
}

/** Pure. */
export function modelIds(answer: unknown): string[] {
  const body = isObject(answer) ? (answer['data'] ?? answer['models']) : answer;
  if (!Array.isArray(body)) return [];
  return body.flatMap((each: unknown) => {
    const id = isObject(each) ? (each['id'] ?? each['slug'] ?? each['name']) : each;
    // what does not print as it is, is no model's name but an attempt on somebody's terminal
    return typeof id === 'string' && id !== '' && id === plainText(id) ? [id] : [];
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
