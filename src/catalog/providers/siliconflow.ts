/** SiliconFlow. Figures: siliconflow.com/blog/glm-5-3-api-guide, 2026-09-09, and models.dev, 2026-07. */
import { million, model, sees, unstatedOutput, usd, withoutPrice } from '../model-row.ts';
import { cautiousRules, type Effort, type ModelDescription, type ProviderDescription } from '../provider.ts';

/** The field takes 128 to 32 768 tokens; there is no effort. Strength grows about fourfold from level to level. */
const budgets: Partial<Record<Effort, number>> = { low: 2048, high: 8192, max: 32_768 };

const models: readonly ModelDescription[] = [
  model('zai-org/GLM-5.3', 'GLM-5.3', 'Main coding model, 1M window', million, 131_072, {
    reasoning: { control: 'thinking_budget', efforts: ['low', 'high', 'max'], default: 'max', budgets },
    price: usd(1.4, 0.26, 4.4),
  }),
  model('MiniMaxAI/MiniMax-M3', 'MiniMax M3', 'Sees images, 1M window', 1_000_000, 131_072, {
    ...sees,
    reasoning: { control: 'enable_thinking', efforts: ['none', 'high'], default: 'high' },
  }),
  model('deepseek-ai/DeepSeek-V4-Pro', 'DeepSeek V4 Pro', '1M window', 1_000_000, unstatedOutput, {
    reasoning: { control: 'thinking_budget', efforts: ['none', 'low', 'high', 'max'], default: 'high', budgets },
    price: usd(1.74, 0.145, 3.48),
  }),
];

function siliconflow(
  id: string,
  name: string,
  host: string,
  offered: readonly ModelDescription[],
): ProviderDescription {
  return {
    id,
    name,
    baseUrl: `https://${host}/v1`,
    keyVariables: ['SILICONFLOW_API_KEY'],
    baseUrlVariables: ['SILICONFLOW_BASE_URL'],
    wire: 'chat',
    mainModel: 'zai-org/GLM-5.3',
    fastModel: 'MiniMaxAI/MiniMax-M3',
    models: offered,
    rules: { ...cautiousRules, quirks: ['plain-schemas', 'description-required', 'tool-call-markup'] },
  };
}

export const siliconflowProviders: readonly ProviderDescription[] = [
  siliconflow('siliconflow', 'SiliconFlow (international)', 'api.siliconflow.com', models),
  siliconflow('siliconflow-cn', 'SiliconFlow (China)', 'api.siliconflow.cn', models.map(withoutPrice)),
];
