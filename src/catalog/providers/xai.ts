/** xAI. Figures: docs.x.ai and its resellers, 2026-07 to 2026-09; from 200K of input prices double. */
import { model, sees, unstatedOutput, usd } from '../model-row.ts';
import { cautiousRules, type Effort, type ProviderDescription, type ReasoningDescription } from '../provider.ts';

const levels = (...efforts: Effort[]): ReasoningDescription => ({
  control: 'reasoning_effort',
  efforts,
  default: 'high',
});
const k500 = 500_000;

export const xaiProvider: ProviderDescription = {
  id: 'xai',
  name: 'xAI',
  baseUrl: 'https://api.x.ai/v1',
  responsesBaseUrl: 'https://api.x.ai/v1',
  // docs.x.ai, reasoning, 2026; custom tools are refused, and calls apart from their outputs (probed 2026-08-20)
  responsesRules: { pairedCalls: true, encryptedReasoning: true },
  keyVariables: ['XAI_API_KEY'],
  baseUrlVariables: ['XAI_BASE_URL'],
  wire: 'chat',
  mainModel: 'grok-4.7',
  fastModel: 'grok-build-0.1',
  models: [
    model('grok-4.7', 'Grok 4.7', 'Main model, sees images', k500, unstatedOutput, {
      ...sees,
      reasoning: levels('low', 'medium', 'high', 'xhigh'),
      price: usd(2, 0.5, 6),
    }),
    model('grok-build-0.1', 'Grok Build 0.1', 'For coding, cheaper, sees images', 256_000, 256_000, {
      ...sees,
      reasoning: { control: 'always-on', efforts: ['high'], default: 'high' },
      price: usd(1, 0.2, 2),
    }),
    model('grok-4.6', 'Grok 4.6', 'Previous, sees images', k500, unstatedOutput, {
      ...sees,
      reasoning: levels('low', 'medium', 'high'),
      price: usd(2, 0.5, 6),
      status: 'legacy',
    }),
    model('grok-4.5', 'Grok 4.5', 'Previous, sees images', k500, unstatedOutput, {
      ...sees,
      reasoning: levels('low', 'medium', 'high'),
      price: usd(2, 0.5, 6),
      status: 'legacy',
    }),
    model('grok-4.3', 'Grok 4.3', 'Previous, sees images, 1M window', 1_000_000, 30_000, {
      ...sees,
      reasoning: levels('none', 'low', 'medium', 'high'),
      price: usd(1.25, 0.2, 2.5),
      status: 'legacy',
    }),
  ],
  rules: {
    ...cautiousRules,
    responseFormat: 'json_schema',
    // refused by models that think (docs.x.ai, 2026)
    maxStopSequences: 0,
    quirks: ['prompt-cache-key'],
  },
};
