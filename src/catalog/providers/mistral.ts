/** Mistral. Figures: models.dev, 2026-07-02. */
import { model, sees, usd } from '../model-row.ts';
import { cautiousRules, type ProviderDescription } from '../provider.ts';

export const mistralProvider: ProviderDescription = {
  id: 'mistral',
  name: 'Mistral',
  baseUrl: 'https://api.mistral.ai/v1',
  keyVariables: ['MISTRAL_API_KEY'],
  baseUrlVariables: ['MISTRAL_BASE_URL'],
  wire: 'chat',
  mainModel: 'mistral-medium-2604',
  fastModel: 'devstral-2512',
  models: [
    model('mistral-medium-2604', 'Mistral Medium 3.5', 'Main model, sees images', 262_144, 262_144, {
      ...sees,
      reasoning: { control: 'reasoning_effort', efforts: ['none', 'high'], default: 'high' },
      price: usd(1.5, null, 7.5),
    }),
    model('devstral-2512', 'Devstral 2', 'For coding, does not think', 262_144, 262_144, { price: usd(0.4, null, 2) }),
    model('codestral-latest', 'Codestral', 'Legacy, short answers', 256_000, 4096, {
      price: usd(0.3, null, 0.9),
      status: 'legacy',
    }),
  ],
  rules: {
    ...cautiousRules,
    responseFormat: 'json_schema',
    // unknown fields are refused with code 3001, these among them: usage comes without being asked for (anon-kode issue
    // 53, 2025-03), thinking is not taken back (crush issue 1590, 2025-12)
    streamUsage: false,
    reasoningEcho: 'none',
    quirks: ['nine-character-call-ids', 'no-user-after-tool'],
  },
};
