/** GLM by Z.ai (international) and BigModel (mainland China). Figures: vendor model and pricing pages of 2026-10-06. */
import { cny, million, model, sees, usd, withoutPrice } from '../model-row.ts';
import {
  cautiousRules,
  type ChatRules,
  type ModelDescription,
  type ProviderDescription,
  type ReasoningDescription,
} from '../provider.ts';
import type { ResponsesRules } from '../responses-rules.ts';

/** Earlier thinking is forgotten unless this is sent (docs.z.ai, thinking mode, 2026-10). */
const thinkingFields = { clear_thinking: false };

/**
 * GLM >= 5.3 always thinks: `disabled` is refused with code 1210 (2026-08), and pay-as-you-go takes only these levels.
 * The Coding Plan takes all names and maps them as we do: up to low, medium to high, xhigh to max.
 */
const threeLevels: ReasoningDescription = {
  control: 'thinking+reasoning_effort',
  efforts: ['low', 'high', 'max'],
  default: 'max',
  thinkingFields,
};
/** GLM 5.2 takes seven names: minimal switches thinking off, low and medium act as high, xhigh as max. */
const offHighMax: ReasoningDescription = {
  control: 'thinking+reasoning_effort',
  efforts: ['none', 'high', 'max'],
  default: 'max',
  aliases: { minimal: 'none' },
  thinkingFields,
};
/** Older models only think or don't; an effort is ignored. */
const onOff: ReasoningDescription = { control: 'thinking', efforts: ['none', 'high'], default: 'high', thinkingFields };

const streams = { toolStream: true };
const legacy = { reasoning: onOff, status: 'legacy' } as const;
const k200 = 202_752;
const k128 = 131_072;
const long = 131_072;

const main = model('glm-5.3', 'GLM-5.3', 'Main coding model, 1M window', million, long, {
  ...streams,
  reasoning: threeLevels,
  price: usd(1.4, 0.26, 4.4),
});
const flash = model('glm-5.3-flash', 'GLM-5.3-Flash', 'Fast and cheap, sees images, 1M window', million, long, {
  ...streams,
  ...sees,
  reasoning: threeLevels,
  price: usd(0.15, 0.03, 0.5),
});

/** Every model of the pay-as-you-go endpoints, in the order in which they are listed. Prices are Z.ai's. */
export const glmModels: readonly ModelDescription[] = [
  main,
  flash,
  model('glm-5.3-flashx', 'GLM-5.3-FlashX', 'Fastest, sees images, pay-as-you-go only', million, long, {
    ...streams,
    ...sees,
    reasoning: threeLevels,
    price: usd(0.37, 0.075, 1.25),
  }),
  model('glm-5.2', 'GLM-5.2', 'Previous main model, 1M window', million, long, {
    ...streams,
    reasoning: offHighMax,
    price: usd(1.4, 0.26, 4.4),
  }),
  model('glm-4.7-flash', 'GLM-4.7-Flash', 'Free, one request at a time', k200, long, {
    ...streams,
    reasoning: onOff,
    price: usd(0, 0, 0),
  }),
  model('glm-5.1', 'GLM-5.1', 'Legacy', k200, long, { ...streams, ...legacy, price: usd(1.4, 0.26, 4.4) }),
  model('glm-5', 'GLM-5', 'Legacy', k200, long, { ...streams, ...legacy, price: usd(1, 0.2, 3.2) }),
  model('glm-5-turbo', 'GLM-5-Turbo', 'Legacy', k200, long, { ...streams, ...legacy, price: usd(1.2, 0.24, 4) }),
  model('glm-4.7', 'GLM-4.7', 'Legacy', k200, long, { ...streams, ...legacy, price: usd(0.6, 0.11, 2.2) }),
  model('glm-4.7-flashx', 'GLM-4.7-FlashX', 'Legacy, cheap', k200, long, {
    ...streams,
    ...legacy,
    price: usd(0.07, 0.01, 0.4),
  }),
  model('glm-4.6', 'GLM-4.6', 'Legacy', k200, long, { ...streams, ...legacy, price: usd(0.6, 0.11, 2.2) }),
  // before GLM 4.6 there is no tool_stream; for the vision models nobody says
  model('glm-4.5', 'GLM-4.5', 'Legacy', k128, 98_304, { ...legacy, price: usd(0.6, 0.11, 2.2) }),
  model('glm-4.5-x', 'GLM-4.5-X', 'Legacy, fast', k128, 98_304, { ...legacy, price: usd(2.2, 0.45, 8.9) }),
  model('glm-4.5-air', 'GLM-4.5-Air', 'Legacy, cheap', k128, 98_304, { ...legacy, price: usd(0.2, 0.03, 1.1) }),
  model('glm-4.5-airx', 'GLM-4.5-AirX', 'Legacy', k128, 98_304, { ...legacy, price: usd(1.1, 0.22, 4.5) }),
  model('glm-4.5-flash', 'GLM-4.5-Flash', 'Legacy, free, to be retired', k128, 98_304, {
    ...legacy,
    price: usd(0, 0, 0),
  }),
  model('glm-5v-turbo', 'GLM-5V-Turbo', 'Legacy, sees images', k200, long, {
    ...sees,
    ...legacy,
    price: usd(1.2, 0.24, 4),
  }),
  model('glm-4.6v', 'GLM-4.6V', 'Legacy, sees images', k128, 32_768, {
    ...sees,
    ...legacy,
    price: usd(0.3, 0.05, 0.9),
  }),
  model('glm-4.6v-flashx', 'GLM-4.6V-FlashX', 'Legacy, sees images, cheap', k128, 32_768, {
    ...sees,
    ...legacy,
    price: usd(0.04, 0.004, 0.4),
  }),
  model('glm-4.6v-flash', 'GLM-4.6V-Flash', 'Legacy, sees images, free', k128, 32_768, {
    ...sees,
    ...legacy,
    price: usd(0, 0, 0),
  }),
  model('glm-4.5v', 'GLM-4.5V', 'Legacy, sees images, cannot call tools', 65_536, 16_384, {
    ...sees,
    ...legacy,
    price: usd(0.6, 0.11, 1.8),
    // docs.z.ai, chat completion reference: no tools
    rules: { maxTools: 0 },
  }),
  model('glm-4-32b-0414-128k', 'GLM-4-32B-0414-128K', 'Legacy, does not think', k128, 16_384, {
    status: 'legacy',
    price: usd(0.1, null, 0.1),
  }),
];

/** BigModel bills in yuan; only one price was found (models.dev, 2026-07). */
const bigmodelModels = glmModels.map((each) =>
  each.id === 'glm-5.1' ? { ...each, price: cny(6, 1.3, 24) } : withoutPrice(each),
);

/** A plan serves two models, flat; older ids still answer, served by one of the two (docs.z.ai/devpack, 2026-10). */
const planModels: readonly ModelDescription[] = [
  withoutPrice(main),
  withoutPrice(flash),
  servedAs('glm-5.2', 'GLM-5.2', main),
  servedAs('glm-5.1', 'GLM-5.1', main),
  servedAs('glm-5-turbo', 'GLM-5-Turbo', flash),
  servedAs('glm-4.7', 'GLM-4.7', flash),
];

function servedAs(id: string, name: string, served: ModelDescription): ModelDescription {
  const description = `Served by ${served.name}`;
  // whether images reach the model behind a text model's id is not known
  return { ...withoutPrice(served), id, name, description, inputModalities: ['text'], status: 'legacy' };
}

/** docs.z.ai and docs.bigmodel.cn, chat completion reference, spring and October 2026. */
export const glmRules: ChatRules = {
  ...cautiousRules,
  toolChoice: 'auto',
  // json_schema is accepted and ignored (probed 2026-08-20)
  responseFormat: 'json_object',
  temperature: { min: 0.01, max: 1 },
  topP: { min: 0.01, max: 1 },
  maxStopSequences: 1,
  quirks: ['plain-schemas', 'description-required', 'repeats-calls'],
};

type Endpoint = Omit<ProviderDescription, 'wire' | 'mainModel' | 'fastModel' | 'rules'>;

/** Not formally documented; what the vendor's own usage page asks (openusage issue 1104, opencode-bar issue 150, 2026). */
const quotaPath = '/api/monitor/usage/quota/limit';

/** docs.z.ai/devpack/mcp, 2026-10; the same paths at open.bigmodel.cn. */
const mcpServers = {
  web_search_prime: '/api/mcp/web_search_prime/mcp',
  web_reader: '/api/mcp/web_reader/mcp',
  zread: '/api/mcp/zread/mcp',
};

function glmProvider(endpoint: Endpoint): ProviderDescription {
  return {
    ...endpoint,
    quotaPath,
    mcpServers,
    wire: 'chat',
    mainModel: 'glm-5.3',
    fastModel: 'glm-5.3-flash',
    rules: glmRules,
  };
}

/**
 * Plans refuse more than a few requests at once with code 1302, and four parallel streams were left without headers for
 * 45 s (CodeWhale issue 3496, 2026).
 */
const planConcurrency = 3;

/** The vendor's own model catalog for codex says freeform (docs.z.ai/devpack/tool/codex, 2026-08). */
const responsesRules: ResponsesRules = { freeformPatch: true };

/** GLM searches by itself when this stands among the tools (docs.z.ai and docs.bigmodel.cn, chat completion, 2026-09). */
const searchWith = (search_engine: string) => ({
  type: 'web_search',
  web_search: { enable: true, search_engine, search_result: true },
});

const bigmodel = {
  searchTool: searchWith('search_pro'),
  keyVariables: ['GLM_API_KEY', 'ZHIPU_API_KEY', 'ZHIPUAI_API_KEY'],
  baseUrlVariables: ['GLM_API_BASE', 'GLM_BASE_URL'],
};
const zai = {
  searchTool: searchWith('search_pro_jina'),
  keyVariables: ['ZAI_API_KEY', 'Z_AI_API_KEY'],
  baseUrlVariables: ['ZAI_BASE_URL'],
};

/** A key belongs to one of the four endpoints; on a wrong one it is answered 429/1113, which looks like "no balance". */
export const glmProviders: readonly ProviderDescription[] = [
  glmProvider({
    id: 'bigmodel-coding',
    name: 'BigModel Coding Plan',
    baseUrl: 'https://open.bigmodel.cn/api/coding/paas/v4',
    // documented for Codex (docs.bigmodel.cn, 2026-09), with a key of the plan
    responsesBaseUrl: 'https://open.bigmodel.cn/api/v1',
    responsesRules,
    maxConcurrent: planConcurrency,
    ...bigmodel,
    models: planModels,
  }),
  glmProvider({
    id: 'bigmodel',
    name: 'BigModel pay-as-you-go',
    baseUrl: 'https://open.bigmodel.cn/api/paas/v4',
    ...bigmodel,
    models: bigmodelModels,
  }),
  glmProvider({
    id: 'zai-coding',
    name: 'Z.ai Coding Plan',
    baseUrl: 'https://api.z.ai/api/coding/paas/v4',
    // docs.z.ai/devpack/tool/codex, 2026-08
    responsesBaseUrl: 'https://api.z.ai/api/v1',
    responsesRules,
    maxConcurrent: planConcurrency,
    ...zai,
    keyVariables: [...zai.keyVariables, 'ZAI_CODING_API_KEY'],
    models: planModels,
  }),
  glmProvider({
    id: 'zai',
    name: 'Z.ai pay-as-you-go',
    baseUrl: 'https://api.z.ai/api/paas/v4',
    ...zai,
    models: glmModels,
  }),
];
