/** Xiaomi MiMo. Figures: mimo.mi.com and gateway price lists, 2026-09. */
import { million, model, sees, usd, withoutPrice } from '../model-row.ts';
import {
  cautiousRules,
  type ModelDescription,
  type ProviderDescription,
  type ReasoningDescription,
} from '../provider.ts';

const reasoning: ReasoningDescription = {
  control: 'reasoning_effort',
  efforts: ['none', 'low', 'medium', 'high'],
  default: 'high',
};

const models: readonly ModelDescription[] = [
  model('mimo-v2.6-pro', 'MiMo V2.6 Pro', 'Main model, sees images, 1M window', million, 131_072, {
    ...sees,
    reasoning,
    price: usd(0.387, null, 0.783),
  }),
  model('mimo-v2.6-flash', 'MiMo V2.6 Flash', 'Fast and cheap, sees images, 1M window', million, 131_072, {
    ...sees,
    reasoning,
    price: usd(0.14, 0.0028, 0.28),
  }),
  // switched off on 2026-10-21
  model('mimo-v2.5-pro', 'MiMo V2.5 Pro', 'Retired', million, 131_072, { reasoning, status: 'retired' }),
];

function mimo(id: string, name: string, host: string, offered: readonly ModelDescription[]): ProviderDescription {
  return {
    id,
    name,
    baseUrl: `https://${host}.xiaomimimo.com/v1`,
    responsesBaseUrl: `https://${host}.xiaomimimo.com/v1`,
    keyVariables: ['MIMO_API_KEY', 'XIAOMI_API_KEY'],
    baseUrlVariables: ['MIMO_BASE_URL'],
    wire: 'chat',
    mainModel: 'mimo-v2.6-pro',
    fastModel: 'mimo-v2.6-flash',
    models: offered,
    rules: cautiousRules,
  };
}

const planModels = models.map(withoutPrice);

export const mimoProviders: readonly ProviderDescription[] = [
  mimo('xiaomi-mimo', 'Xiaomi MiMo', 'api', models),
  mimo('xiaomi-mimo-plan-cn', 'Xiaomi MiMo token plan (China)', 'token-plan-cn', planModels),
  mimo('xiaomi-mimo-plan-sgp', 'Xiaomi MiMo token plan (Singapore)', 'token-plan-sgp', planModels),
  mimo('xiaomi-mimo-plan-ams', 'Xiaomi MiMo token plan (Amsterdam)', 'token-plan-ams', planModels),
];
