/** Qwen by Alibaba Cloud (Model Studio, DashScope). Figures: alibabacloud.com help and models.dev, 2026-07 to 2026-09. */
import { million, model, sees, usd, withoutPrice } from '../model-row.ts';
import {
  cautiousRules,
  type ChatRules,
  type ModelDescription,
  type ProviderDescription,
  type ReasoningDescription,
} from '../provider.ts';

/** Lists of the levels differ (2026-09); these stand in all of them. */
const levels: ReasoningDescription = {
  control: 'enable_thinking+reasoning_effort',
  efforts: ['none', 'low', 'medium', 'xhigh'],
  default: 'xhigh',
};
const onOff: ReasoningDescription = { control: 'enable_thinking', efforts: ['none', 'high'], default: 'high' };

const models: readonly ModelDescription[] = [
  model('qwen3.8-max', 'Qwen3.8 Max', 'Main model, sees images, 1M window', 1_000_000, 131_072, {
    ...sees,
    reasoning: levels,
    price: usd(2, 0.25, 6),
  }),
  model('qwen3.8-flash', 'Qwen3.8 Flash', 'Fast and cheap, sees images, 1M window', 1_000_000, 131_072, {
    ...sees,
    reasoning: onOff,
    price: usd(0.15, null, 0.47),
  }),
  model('qwen3.7-max', 'Qwen3.7 Max', 'Previous main model', 1_000_000, 65_536, {
    reasoning: onOff,
    price: usd(2.5, 0.5, 7.5),
    status: 'legacy',
  }),
  model('qwen3.7-plus', 'Qwen3.7 Plus', 'Previous, sees images', 1_000_000, 65_536, {
    ...sees,
    reasoning: onOff,
    // up to 256K of input; above that four times as much for input
    price: usd(0.5, 0.05, 3),
    status: 'legacy',
  }),
  model('qwen3-coder-plus', 'Qwen3 Coder Plus', 'Legacy, for coding, does not think', million, 65_536, {
    price: usd(1, null, 5),
    status: 'legacy',
  }),
];

const rules: ChatRules = {
  ...cautiousRules,
  // while thinking, `required` is no choice (docs.instructorphp.com, Qwen, 2026)
  toolChoice: 'auto',
};

function qwen(id: string, name: string, baseUrl: string, isPlan = false): ProviderDescription {
  return {
    id,
    name,
    baseUrl,
    // help.aliyun.com, OpenAI Responses compatibility, 2026; nobody says that the plan has it
    ...(isPlan ? {} : { responsesBaseUrl: baseUrl }),
    keyVariables: ['DASHSCOPE_API_KEY', 'QWEN_API_KEY'],
    baseUrlVariables: ['DASHSCOPE_API_BASE', 'DASHSCOPE_BASE_URL'],
    wire: 'chat',
    mainModel: 'qwen3.8-max',
    fastModel: 'qwen3.8-flash',
    // prices are those of the international site, by the token
    models: id === 'dashscope' ? models : models.map(withoutPrice),
    rules,
  };
}

const tokenPlan = (region: string) => `https://token-plan.${region}.maas.aliyuncs.com/compatible-mode/v1`;

/** Addresses: alibabacloud.com/help/model-studio/base-url and other-tools-token-plan, 2026-05 to 2026-10. */
export const qwenProviders: readonly ProviderDescription[] = [
  qwen('dashscope', 'Qwen on DashScope (international)', 'https://dashscope-intl.aliyuncs.com/compatible-mode/v1'),
  qwen('dashscope-cn', 'Qwen on DashScope (China)', 'https://dashscope.aliyuncs.com/compatible-mode/v1'),
  qwen('dashscope-us', 'Qwen on DashScope (US)', 'https://dashscope-us.aliyuncs.com/compatible-mode/v1'),
  qwen('dashscope-coding', 'Qwen Coding Plan', 'https://coding-intl.dashscope.aliyuncs.com/v1', true),
  qwen('dashscope-coding-cn', 'Qwen Coding Plan (China)', 'https://coding.dashscope.aliyuncs.com/v1', true),
  qwen('dashscope-token', 'Qwen Token Plan', tokenPlan('ap-southeast-1'), true),
  qwen('dashscope-token-cn', 'Qwen Token Plan (China)', tokenPlan('cn-beijing'), true),
];
