import { deepseekProvider } from '../catalog/providers/deepseek.ts';
import { arkProviders } from '../catalog/providers/ark.ts';
import { demoProvider } from '../catalog/providers/demo.ts';
import { glmProviders } from '../catalog/providers/glm.ts';
import { groqProvider } from '../catalog/providers/groq.ts';
import { kimiProviders } from '../catalog/providers/kimi.ts';
import { localProviders } from '../catalog/providers/local.ts';
import { mimoProviders } from '../catalog/providers/mimo.ts';
import { minimaxProviders } from '../catalog/providers/minimax.ts';
import { mistralProvider } from '../catalog/providers/mistral.ts';
import { openAiCompatibleProvider } from '../catalog/providers/openai-compatible.ts';
import { openrouterProvider } from '../catalog/providers/openrouter.ts';
import { qwenProviders } from '../catalog/providers/qwen.ts';
import { siliconflowProviders } from '../catalog/providers/siliconflow.ts';
import { stepfunProviders } from '../catalog/providers/stepfun.ts';
import { xaiProvider } from '../catalog/providers/xai.ts';
import type { ProviderDescription } from '../catalog/provider.ts';

/**
 * A company with all its endpoints. A key of one of them may belong to any, so it is tried on all of them, and on those
 * of no other company.
 */
export interface Vendor {
  name: string;
  hint?: string;
  providers: readonly ProviderDescription[];
  /** What a customer of a plan ought to know, for the providers named. */
  terms?: { providers: readonly string[]; text: string };
}

/** docs.z.ai/devpack/usage-policy and /tool/others, 2026-09. */
const codingPlanTerms = [
  'The Coding Plan may be used only in the coding tools that its terms list. Codex is one of them; a translation proxy in front of Codex is not mentioned there.',
  'Use by several people, resale and use in unlisted products are barred and may end the account.',
  "codex-glm names itself in its User-Agent. Closest to the terms: Codex on the plan's own Responses endpoint.",
].join('\n');

export const vendors: readonly Vendor[] = [
  {
    name: 'GLM',
    hint: 'Z.ai, BigModel',
    providers: glmProviders,
    terms: { providers: ['bigmodel-coding', 'zai-coding'], text: codingPlanTerms },
  },
  { name: 'DeepSeek', providers: [deepseekProvider] },
  { name: 'Kimi', hint: 'Moonshot', providers: kimiProviders },
  { name: 'Qwen', hint: 'Alibaba Model Studio', providers: qwenProviders },
  { name: 'OpenRouter', providers: [openrouterProvider] },
  { name: 'MiniMax', providers: minimaxProviders },
  { name: 'Xiaomi MiMo', providers: mimoProviders },
  { name: 'Mistral', providers: [mistralProvider] },
  { name: 'Groq', providers: [groqProvider] },
  { name: 'xAI', providers: [xaiProvider] },
  { name: 'SiliconFlow', providers: siliconflowProviders },
  { name: 'Volcengine Ark', providers: arkProviders },
  { name: 'StepFun', providers: stepfunProviders },
  { name: 'A server on this machine', hint: 'Ollama, LM Studio, vLLM, SGLang, llama.cpp', providers: localProviders },
  { name: 'Any other OpenAI-compatible server', providers: [openAiCompatibleProvider] },
  { name: 'Demo', hint: 'scripted, offline, needs no key', providers: [demoProvider] },
];

/** The vendor whose provider has this id. */
export function vendorOf(providerId: string): Vendor | undefined {
  return vendors.find(({ providers }) => providers.some((provider) => provider.id === providerId));
}
