/** StepFun. Figures: platform.stepfun.com, models.dev and gateway lists, 2026-07 to 2026-09. */
import { million, model, sees, unstatedOutput, usd, withoutPrice } from '../model-row.ts';
import { cautiousRules, type ModelDescription, type ProviderDescription } from '../provider.ts';

const models: readonly ModelDescription[] = [
  model('step-5-preview', 'Step 5 Preview', 'Main model, sees images, 1M window', million, unstatedOutput, {
    ...sees,
    // it takes an effort, but its levels are not published
    reasoning: { control: 'always-on', efforts: ['high'], default: 'high' },
    price: usd(1, null, 2.7),
  }),
  model('step-3.7-flash', 'Step 3.7 Flash', 'Fast, sees images', 256_000, 256_000, {
    ...sees,
    reasoning: { control: 'reasoning_effort', efforts: ['low', 'medium', 'high'], default: 'medium' },
    price: usd(0.2, 0.04, 1.15),
  }),
  model('step-3.5-flash', 'Step 3.5 Flash', 'Previous, cheap', 256_000, 256_000, {
    reasoning: { control: 'always-on', efforts: ['high'], default: 'high' },
    price: usd(0.1, 0.02, 0.3),
    status: 'legacy',
  }),
];

function stepfun(id: string, name: string, baseUrl: string, offered: readonly ModelDescription[]): ProviderDescription {
  return {
    id,
    name,
    baseUrl,
    keyVariables: ['STEPFUN_API_KEY'],
    baseUrlVariables: ['STEPFUN_BASE_URL'],
    wire: 'chat',
    mainModel: 'step-5-preview',
    fastModel: 'step-3.7-flash',
    models: offered,
    rules: { ...cautiousRules, reasoningEcho: 'reasoning' },
  };
}

const unpriced = models.map(withoutPrice);

export const stepfunProviders: readonly ProviderDescription[] = [
  stepfun('stepfun', 'StepFun (international)', 'https://api.stepfun.ai/v1', models),
  stepfun('stepfun-cn', 'StepFun (China)', 'https://api.stepfun.com/v1', unpriced),
  stepfun('stepfun-plan', 'StepFun Step Plan (international)', 'https://api.stepfun.ai/step_plan/v1', unpriced),
  stepfun('stepfun-plan-cn', 'StepFun Step Plan (China)', 'https://api.stepfun.com/step_plan/v1', unpriced),
];
