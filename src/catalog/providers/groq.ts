/** Groq. Figures: console.groq.com and models.dev, 2026-07; prices of Qwen are not known. */
import { model, usd } from '../model-row.ts';
import { cautiousRules, type ProviderDescription, type ReasoningDescription } from '../provider.ts';

const reasoning: ReasoningDescription = {
  control: 'reasoning_effort',
  efforts: ['low', 'medium', 'high'],
  default: 'medium',
};
/** console.groq.com, reasoning: gpt-oss takes this field, the others `reasoning_format`; raw with tools is refused. */
const gptOss = { reasoning, rules: { extraBody: { include_reasoning: true } } };

export const groqProvider: ProviderDescription = {
  id: 'groq',
  name: 'Groq',
  baseUrl: 'https://api.groq.com/openai/v1',
  responsesBaseUrl: 'https://api.groq.com/openai/v1',
  keyVariables: ['GROQ_API_KEY'],
  baseUrlVariables: ['GROQ_BASE_URL'],
  wire: 'chat',
  mainModel: 'openai/gpt-oss-120b',
  fastModel: 'openai/gpt-oss-20b',
  models: [
    model('openai/gpt-oss-120b', 'GPT-OSS 120B', 'Main model', 131_072, 65_536, {
      ...gptOss,
      price: usd(0.15, 0.075, 0.6),
    }),
    model('openai/gpt-oss-20b', 'GPT-OSS 20B', 'Fast and cheap', 131_072, 65_536, {
      ...gptOss,
      price: usd(0.075, 0.0375, 0.3),
    }),
    model('qwen/qwen3.6-27b', 'Qwen3.6 27B', 'Thinks or does not', 131_072, 65_536, {
      // only these two words (console.groq.com, reasoning)
      reasoning: {
        control: 'reasoning_effort',
        efforts: ['none', 'high'],
        default: 'high',
        words: { high: 'default' },
      },
      rules: { extraBody: { reasoning_format: 'parsed' } },
    }),
  ],
  // earlier thinking is not taken back
  rules: { ...cautiousRules, reasoningEcho: 'none' },
};
