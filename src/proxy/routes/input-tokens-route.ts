import { findModel } from '../../catalog/catalog.ts';
import { resolveModelName } from '../../catalog/model-names.ts';
import { isObject, parseResponsesRequest } from '../../translate/request/parse-request.ts';
import { toChatRequest } from '../../translate/request/to-chat-request.ts';
import { readJsonBody } from '../body/body.ts';
import type { ResponseHistory } from './response-history.ts';
import type { Handler } from './router.ts';
import type { Selected } from '../upstream/select-upstream.ts';

export interface InputTokensOptions {
  select: (model: string) => Selected;
  history: ResponseHistory | undefined;
  maxBodyBytes: number;
}

/** Rough size of a token in JSON text. */
const bytesPerToken = 4;

/**
 * `POST /v1/responses/input_tokens`: how long the prompt of a request would be. An estimate from the size of the
 * translated request: providers' tokenizers are not public.
 */
export function inputTokensRoute({ select, history, maxBodyBytes }: InputTokensOptions): Handler {
  return async (request, response, signal) => {
    const { value } = await readJsonBody(request, maxBodyBytes);
    const parsed = parseResponsesRequest(isObject(value) ? { input: [], ...value } : value);
    await using recording = await history?.begin(parsed, signal);
    const { upstream, model } = select(parsed.model);
    const { provider } = upstream.exchange.wire;
    const described = findModel(provider, resolveModelName(model, provider, upstream.exchange.aliases));
    const target = { model: described, rules: provider.rules };
    const { chat } = toChatRequest(recording?.request ?? parsed, target);
    const { messages, tools } = chat;
    const input_tokens = Math.ceil(Buffer.byteLength(JSON.stringify({ messages, tools })) / bytesPerToken);
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ object: 'response.input_tokens', input_tokens }));
  };
}
