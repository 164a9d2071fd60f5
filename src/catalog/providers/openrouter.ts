/** OpenRouter. Figures: openrouter.ai, 2026-10; prices differ by host. */
import { million, model, sees, usd } from '../model-row.ts';
import { cautiousRules, type ProviderDescription, type ReasoningDescription } from '../provider.ts';

/** openrouter.ai/docs, reasoning tokens, 2026: the list of efforts ends with xhigh, which is handed on as the strongest. */
const reasoning: ReasoningDescription = {
  control: 'reasoning.effort',
  efforts: ['low', 'high', 'max'],
  default: 'max',
  words: { max: 'xhigh' },
};
/** Z.ai behind it takes nothing else (hindsight issue 4246, 2026-09). */
const autoOnly = { rules: { toolChoice: 'auto' } } as const;

export const openrouterProvider: ProviderDescription = {
  id: 'openrouter',
  name: 'OpenRouter',
  baseUrl: 'https://openrouter.ai/api/v1',
  responsesBaseUrl: 'https://openrouter.ai/api/v1',
  keyVariables: ['OPENROUTER_API_KEY'],
  baseUrlVariables: ['OPENROUTER_BASE_URL'],
  wire: 'chat',
  mainModel: 'z-ai/glm-5.3',
  fastModel: 'z-ai/glm-5.3-flash',
  models: [
    model('z-ai/glm-5.3', 'GLM-5.3', 'Main coding model, 1M window', million, 131_072, {
      ...autoOnly,
      reasoning,
      price: usd(1.4, 0.26, 4.4),
    }),
    model('z-ai/glm-5.3-flash', 'GLM-5.3-Flash', 'Fast and cheap, sees images, 1M window', million, 131_072, {
      ...sees,
      ...autoOnly,
      reasoning,
      price: usd(0.15, 0.03, 0.5),
    }),
    model('~z-ai/glm-latest', 'GLM, newest', 'Whatever GLM is the newest', million, 131_072, {
      ...autoOnly,
      reasoning,
    }),
  ],
  rules: {
    ...cautiousRules,
    // come back unmodified (openrouter.ai/docs, reasoning tokens)
    reasoningEcho: 'reasoning_details',
    quirks: ['plain-schemas', 'description-required', 'tool-call-markup'],
  },
};
