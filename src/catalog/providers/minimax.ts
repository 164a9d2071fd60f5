/** MiniMax. Figures: platform.minimax.io and models.dev, 2026-07. Model ids are case-sensitive. */
import { model, sees, usd, withoutPrice } from '../model-row.ts';
import { cautiousRules, type ModelDescription, type ProviderDescription } from '../provider.ts';

const models: readonly ModelDescription[] = [
  model('MiniMax-M3', 'MiniMax M3', 'Main model, sees images, 1M window', 1_000_000, 128_000, {
    ...sees,
    reasoning: { control: 'thinking', efforts: ['none', 'high'], default: 'high', words: { high: 'adaptive' } },
    // up to 512K of input, double above
    price: usd(0.3, 0.06, 1.2),
  }),
  model('MiniMax-M2.7', 'MiniMax M2.7', 'Previous model', 204_800, 131_072, {
    reasoning: { control: 'always-on', efforts: ['high'], default: 'high' },
    price: usd(0.3, 0.06, 1.2),
    status: 'legacy',
  }),
];

function minimax(id: string, name: string, baseUrl: string, offered: readonly ModelDescription[]): ProviderDescription {
  return {
    id,
    name,
    baseUrl,
    responsesBaseUrl: baseUrl,
    keyVariables: ['MINIMAX_API_KEY'],
    baseUrlVariables: ['MINIMAX_BASE_URL'],
    wire: 'chat',
    mainModel: 'MiniMax-M3',
    fastModel: 'MiniMax-M3',
    models: offered,
    rules: {
      ...cautiousRules,
      // Without it thinking stands in the content, between <think> and </think>, and must come back there
      // (platform.minimax.io, 2026): whoever drops it sets reasoningEcho to think-tags.
      extraBody: { reasoning_split: true },
      reasoningEcho: 'reasoning_details',
    },
  };
}

export const minimaxProviders: readonly ProviderDescription[] = [
  minimax('minimax', 'MiniMax (international)', 'https://api.minimax.io/v1', models),
  minimax('minimax-cn', 'MiniMax (China)', 'https://api.minimaxi.com/v1', models.map(withoutPrice)),
];
