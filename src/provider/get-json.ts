import { ProviderError } from '../errors/errors.ts';
import { version } from '../version.ts';
import { openConnections, type DispatcherOptions } from './dispatcher.ts';
import { failureOfAnswer, notJsonFailure, type FailureContext } from './failure.ts';
import { networkFailure } from './network-failure.ts';

export interface GetJsonOptions extends DispatcherOptions {
  url: string;
  /** Value of the `authorization` header; absent: none is sent. */
  authorization?: string | undefined;
  context: FailureContext;
  signal: AbortSignal;
}

/** No list of models or quotas is longer. */
const maxBytes = 4 * 1024 * 1024;

/**
 * One GET on a connection of its own, for questions beside the conversation (model list, quota).
 * @throws ProviderError for anything but a 2xx with JSON; the signal's reason when it is aborted
 */
export async function getJson(options: GetJsonOptions): Promise<unknown> {
  const { url, authorization, context, signal } = options;
  const { origin, pathname, search } = new URL(url);
  const headers = {
    accept: 'application/json',
    'accept-language': 'en-US,en',
    'user-agent': `codex-glm/${version}`,
    ...(authorization !== undefined && { authorization }),
  };
  const connections = await openConnections(origin, options);
  try {
    const answer = await connections.request({ origin, path: pathname + search, method: 'GET', headers, signal });
    const text = await readText(answer.body);
    const { statusCode: status } = answer;
    if (status < 200 || status >= 300) throw failureOfAnswer(status, answer.headers, text, context);
    try {
      return JSON.parse(text) as unknown;
    } catch {
      throw notJsonFailure(status, answer.headers, text, context);
    }
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (error instanceof ProviderError) throw error;
    throw networkFailure(error, context.provider, origin);
  } finally {
    await connections.close();
  }
}

async function readText(body: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of body) {
    parts.push(part);
    size += part.length;
    if (size > maxBytes) break;
  }
  return Buffer.concat(parts).toString('utf8');
}
