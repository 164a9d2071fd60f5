/** Doubao on Volcengine Ark (China) and BytePlus (international). Figures: volcengine.com model pages, 2026-09. */
import { cny, model, sees, unstatedOutput, usd, withoutPrice } from '../model-row.ts';
import {
  cautiousRules,
  type ModelDescription,
  type ProviderDescription,
  type ReasoningDescription,
} from '../provider.ts';

const reasoning: ReasoningDescription = {
  control: 'thinking+reasoning_effort',
  efforts: ['none', 'minimal', 'low', 'medium', 'high'],
  default: 'high',
};
const k256 = 262_144;

const models: readonly ModelDescription[] = [
  model('doubao-seed-2-1-pro-260915', 'Doubao Seed 2.1 Pro', 'Main model, sees images', k256, unstatedOutput, {
    ...sees,
    reasoning,
    price: cny(6, null, 30),
  }),
  model('doubao-seed-2-1-lite-260915', 'Doubao Seed 2.1 Lite', 'Cheap, sees images', k256, unstatedOutput, {
    ...sees,
    reasoning,
    // converted by the source, as is the next
    price: usd(0.11, null, 0.37),
  }),
  model('doubao-seed-2-1-turbo-260628', 'Doubao Seed 2.1 Turbo', 'Fast, sees images', k256, unstatedOutput, {
    ...sees,
    reasoning,
    price: usd(0.46, null, 2.32),
  }),
];

function ark(id: string, name: string, baseUrl: string, offered = models.map(withoutPrice)): ProviderDescription {
  return {
    id,
    name,
    baseUrl,
    responsesBaseUrl: baseUrl,
    // reasoning items are not taken back (volcengine.com, Responses API, 2026)
    responsesRules: { withoutReasoningEcho: true },
    keyVariables: ['ARK_API_KEY', 'VOLCENGINE_API_KEY'],
    baseUrlVariables: ['ARK_BASE_URL'],
    wire: 'chat',
    mainModel: 'doubao-seed-2-1-pro-260915',
    fastModel: 'doubao-seed-2-1-lite-260915',
    models: offered,
    rules: cautiousRules,
  };
}

/** The pay-as-you-go endpoint does not use a plan's quota. */
export const arkProviders: readonly ProviderDescription[] = [
  ark('volcengine-ark', 'Volcengine Ark', 'https://ark.cn-beijing.volces.com/api/v3', [...models]),
  ark('volcengine-ark-coding', 'Volcengine Ark Coding Plan', 'https://ark.cn-beijing.volces.com/api/coding/v3'),
  ark('volcengine-ark-plan', 'Volcengine Ark Agent Plan', 'https://ark.cn-beijing.volces.com/api/plan/v3'),
  ark('byteplus-coding', 'BytePlus Coding Plan', 'https://ark.ap-southeast.bytepluses.com/api/coding/v3'),
];
