/** Servers on the user's own machine, at their usual ports. They take no key unless told to. */
import { model } from '../model-row.ts';
import { cautiousRules, type ChatRules, type ProviderDescription, type Quirk } from '../provider.ts';

/** All of them compile schemas into grammars. */
const rules: ChatRules = { ...cautiousRules, responseFormat: 'json_schema' };
const quirks: readonly Quirk[] = ['tool-call-markup'];

function local(
  id: string,
  name: string,
  port: number,
  rest: Partial<ProviderDescription> & Pick<ProviderDescription, 'rules'>,
): ProviderDescription {
  const baseUrl = `http://127.0.0.1:${port}/v1`;
  return {
    id,
    name,
    baseUrl,
    keyVariables: [],
    baseUrlVariables: [],
    wire: 'chat',
    mainModel: 'default',
    fastModel: 'default',
    models: [],
    liveModels: true,
    ...rest,
  };
}

const onOff = { control: 'reasoning_effort', efforts: ['none', 'high'], default: 'high' } as const;
/**
 * What counts is the server's `num_ctx`, whose default cuts prompts in silence; docs.ollama.com/integrations/codex asks
 * for at least this much.
 */
const servedTokens = 65_536;

const ollama = local('ollama', 'Ollama', 11434, {
  responsesBaseUrl: 'http://127.0.0.1:11434/v1',
  baseUrlVariables: ['OLLAMA_BASE_URL'],
  mainModel: 'glm-4.7-flash',
  fastModel: 'glm-4.7-flash',
  models: [
    model('glm-4.7-flash', 'GLM-4.7-Flash', 'Local', servedTokens, 32_768, { reasoning: onOff }),
    model('qwen3.8:27b', 'Qwen3.8 27B', 'Local', servedTokens, 32_768, { reasoning: onOff }),
    // ollama.com/library/glm-5.3: GLM-5.3 runs in Ollama's cloud only
    model('glm-5.3:cloud', 'GLM-5.3', "In Ollama's cloud", 1_000_000, 131_072, { reasoning: onOff }),
  ],
  rules: { ...rules, reasoningEcho: 'reasoning', quirks },
});

/** LM Studio refuses namespaced tools (lmstudio bug tracker 1810), which the chat wire does not have. */
const lmStudio = local('lmstudio', 'LM Studio', 1234, {
  responsesBaseUrl: 'http://127.0.0.1:1234/v1',
  rules: { ...rules, quirks },
});

/** Wants `--enable-auto-tool-choice`, a `--tool-call-parser` and a `--reasoning-parser` of the model's. */
const vllm = local('vllm', 'vLLM', 8000, {
  responsesBaseUrl: 'http://127.0.0.1:8000/v1',
  // the field's name since 2026; older builds say reasoning_content and ignore this one
  rules: { ...rules, reasoningEcho: 'reasoning', quirks },
});

const sglang = local('sglang', 'SGLang', 30000, { rules: { ...rules, quirks: [...quirks, 'answer-in-reasoning'] } });

/** Wants `--jinja`. */
const llamaCpp = local('llama-cpp', 'llama.cpp', 8080, {
  responsesBaseUrl: 'http://127.0.0.1:8080/v1',
  rules: { ...rules, quirks },
});

export const localProviders: readonly ProviderDescription[] = [ollama, lmStudio, vllm, sglang, llamaCpp];
