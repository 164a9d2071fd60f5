/** Kimi by Moonshot, pay-as-you-go and coding plan. Figures: platform.kimi.ai and its resellers, 2026-09 and 2026-10. */
import { million, model, sees, usd, withoutPrice } from '../model-row.ts';
import {
  cautiousRules,
  type ChatRules,
  type ModelDescription,
  type ProviderDescription,
  type ReasoningDescription,
} from '../provider.ts';

/**
 * K3 always thinks; medium acts as high, xhigh as max. `thinking` beside the effort is refused. On the plan's gateway an
 * effort of none is silently served by K2.6 (2026-09), so it is not offered.
 */
const k3: ReasoningDescription = { control: 'reasoning_effort', efforts: ['low', 'high', 'max'], default: 'max' };
/** K2.7 takes no switch but the one that it has by default (platform.kimi.com, chat reference, 2026-06). */
const k27: ReasoningDescription = { control: 'always-on', efforts: ['high'], default: 'high' };
/** `keep` makes K2.6 remember earlier thinking (platform.kimi.com, chat reference, 2026-06). */
const k26: ReasoningDescription = {
  control: 'thinking',
  efforts: ['none', 'high'],
  default: 'high',
  thinkingFields: { keep: 'all' },
};
const k256 = 262_144;

const moonshotModels: readonly ModelDescription[] = [
  model('kimi-k3.1-pro', 'Kimi K3.1 Pro', 'Main model, sees images, 1M window', million, million, {
    ...sees,
    reasoning: k3,
    price: usd(2, 0.2, 10),
  }),
  model('kimi-k3.1-pro-highspeed', 'Kimi K3.1 Pro, fast', 'The same, faster and dearer', million, million, {
    ...sees,
    reasoning: k3,
    price: usd(4, 0.2, 20),
  }),
  model('kimi-k2.7-code', 'Kimi K2.7 Code', 'For coding, cheaper, sees images', k256, k256, {
    ...sees,
    reasoning: k27,
    price: usd(0.95, 0.19, 4),
  }),
  model('kimi-k3', 'Kimi K3', 'Sees images, 1M window', million, 131_072, {
    ...sees,
    reasoning: k3,
    price: usd(3, 0.3, 15),
  }),
  model('kimi-k2.6', 'Kimi K2.6', 'Previous model, sees images', k256, k256, {
    ...sees,
    reasoning: k26,
    price: usd(0.95, 0.16, 4),
    status: 'legacy',
  }),
];

/** kimi.com/code/docs, other coding agents, 2026-06. */
const planOutput = 32_768;

const planModels: readonly ModelDescription[] = [
  model('kimi-for-coding', 'Kimi for Coding', "The plan's own choice of model, sees images", k256, planOutput, {
    ...sees,
    reasoning: k27,
  }),
  model('kimi-for-coding-highspeed', 'Kimi for Coding, fast', 'The same, faster', k256, planOutput, {
    ...sees,
    reasoning: k27,
  }),
  model('k3', 'Kimi K3', 'Sees images, 1M window', million, planOutput, { ...sees, reasoning: k3 }),
  model('k3-256k', 'Kimi K3, 256K', 'Sees images, smaller window', k256, planOutput, { ...sees, reasoning: k3 }),
];

const rules: ChatRules = {
  ...cautiousRules,
  // "tool_choice 'specified' is incompatible with thinking enabled" (oh-my-pi pull request 6601, 2026-07)
  toolChoice: 'auto',
  // locked: other values are answered 400 (platform.kimi.ai, 2026)
  temperature: false,
  topP: false,
  // "reasoning_content is missing in assistant tool call message" while thinking is on; clients that test for an empty
  // field send a dot (opencode issue 10996, 2026-02)
  reasoningPlaceholder: '.',
  quirks: ['prompt-cache-key'],
};

function kimi(rest: Omit<ProviderDescription, 'wire' | 'responsesBaseUrl' | 'rules'>): ProviderDescription {
  return { ...rest, wire: 'chat', responsesBaseUrl: rest.baseUrl, rules };
}

const moonshot = {
  keyVariables: ['MOONSHOT_API_KEY'],
  baseUrlVariables: ['MOONSHOT_BASE_URL'],
  mainModel: 'kimi-k3.1-pro',
  fastModel: 'kimi-k2.7-code',
};
const plan = {
  keyVariables: ['KIMI_API_KEY'],
  baseUrlVariables: ['KIMI_BASE_URL'],
  mainModel: 'kimi-for-coding',
  fastModel: 'kimi-for-coding',
  models: planModels,
};

export const kimiProviders: readonly ProviderDescription[] = [
  kimi({
    id: 'moonshot',
    name: 'Moonshot (international)',
    baseUrl: 'https://api.moonshot.ai/v1',
    ...moonshot,
    models: moonshotModels,
  }),
  kimi({
    id: 'moonshot-cn',
    name: 'Moonshot (China)',
    baseUrl: 'https://api.moonshot.cn/v1',
    ...moonshot,
    // billed in yuan
    models: moonshotModels.map(withoutPrice),
  }),
  kimi({ id: 'kimi-coding', name: 'Kimi coding plan', baseUrl: 'https://api.kimi.com/coding/v1', ...plan }),
  kimi({
    id: 'kimi-coding-global',
    name: 'Kimi coding plan (international)',
    baseUrl: 'https://api.kimi.ai/coding/v1',
    ...plan,
  }),
];
