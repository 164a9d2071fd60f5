import type { ChatRules, ModelDescription } from '../../catalog/provider.ts';
import type { ChatRequest } from '../../protocol/chat.ts';
import type { ResponsesRequest } from '../../protocol/responses.ts';

/** Limits, sampling fields and verbosity, moved into what the provider accepts. Absent fields stay absent. */
export function samplingFields(
  request: ResponsesRequest,
  model: ModelDescription,
  rules: ChatRules,
): Partial<ChatRequest> {
  const fields: Partial<ChatRequest> = {};
  const { max_output_tokens: maxOutputTokens, temperature, top_p: topP } = request;
  if (maxOutputTokens != null) fields[rules.maxTokensField] = Math.min(maxOutputTokens, model.maxOutputTokens);
  if (temperature != null && rules.temperature) fields.temperature = inRange(temperature, rules.temperature);
  if (topP != null && rules.topP) fields.top_p = inRange(topP, rules.topP);
  const stop = (Array.isArray(request.stop) ? request.stop : [request.stop]).filter(
    (word) => typeof word === 'string' && word !== '',
  );
  if (stop.length > 0 && rules.maxStopSequences > 0) fields.stop = stop.slice(0, rules.maxStopSequences);
  const verbosity = request.text?.verbosity;
  if (typeof verbosity === 'string' && rules.verbosity) fields.verbosity = verbosity;
  return fields;
}

/** Two decimals: GLM refuses more with code 1210. */
function inRange(value: number, { min, max }: { min: number; max: number }): number {
  return Math.min(max, Math.max(min, Math.round(value * 100) / 100));
}
