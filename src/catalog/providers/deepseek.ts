/** DeepSeek. Figures: api-docs.deepseek.com, pricing, 2026-09-23; off-peak, peak hours cost double. */
import { model, sees, usd } from '../model-row.ts';
import { cautiousRules, type ProviderDescription, type ReasoningDescription } from '../provider.ts';

/** api-docs.deepseek.com, thinking mode, 2026-09: medium and xhigh act as high. */
const reasoning: ReasoningDescription = {
  control: 'thinking+reasoning_effort',
  efforts: ['none', 'low', 'high', 'max'],
  default: 'high',
  aliases: { xhigh: 'high' },
};

export const deepseekProvider: ProviderDescription = {
  id: 'deepseek',
  name: 'DeepSeek',
  baseUrl: 'https://api.deepseek.com',
  // without /v1
  responsesBaseUrl: 'https://api.deepseek.com',
  // freeform: api-docs.deepseek.com, codex page; pairs: opencodex's preset for DeepSeek, 2026-08
  responsesRules: { freeformPatch: true, pairedCalls: true },
  keyVariables: ['DEEPSEEK_API_KEY'],
  baseUrlVariables: ['DEEPSEEK_BASE_URL'],
  wire: 'chat',
  mainModel: 'deepseek-v4-pro',
  fastModel: 'deepseek-flash',
  models: [
    model('deepseek-v4-pro', 'DeepSeek V4 Pro', 'Main model, 1M window', 1_000_000, 393_216, {
      reasoning,
      price: usd(0.66, 0.022, 1.98),
    }),
    model('deepseek-flash', 'DeepSeek V4.1 Flash', 'Fast and cheap, sees images, 1M window', 1_000_000, 393_216, {
      ...sees,
      reasoning,
      price: usd(0.15, 0.003, 0.6),
    }),
  ],
  rules: {
    ...cautiousRules,
    // a call without its thinking is answered 400 "… must be passed back" while thinking is on (2026); empty is enough
    reasoningPlaceholder: '',
  },
};
