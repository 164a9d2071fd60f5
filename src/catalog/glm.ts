/** GLM by Z.ai (international) and BigModel (mainland China). Figures: vendor model and pricing pages of 2026-10-06. */
import type { ChatRules, ModelDescription, ProviderDescription, ReasoningDescription } from './provider.ts';

const million = 1_048_576;
const twoHundredK = 202_752;

/** GLM >= 5.3 always thinks: `disabled` is refused with code 1210 (2026-08), and only these three levels exist. */
const threeLevels: ReasoningDescription = {
  control: 'thinking+reasoning_effort',
  efforts: ['low', 'high', 'max'],
  default: 'max',
};
/** GLM 5.2 takes seven names; low and medium act as high, xhigh as max. */
const offHighMax: ReasoningDescription = {
  control: 'thinking+reasoning_effort',
  efforts: ['none', 'high', 'max'],
  default: 'max',
};
/** Older models only think or don't; an effort is ignored. */
const onOff: ReasoningDescription = { control: 'thinking', efforts: ['none', 'high'], default: 'high' };

const text = ['text'] as const;
const textAndImage = ['text', 'image'] as const;

function glm(
  id: string,
  description: string,
  rest: Omit<ModelDescription, 'id' | 'name' | 'description' | 'family' | 'toolStream'> & { toolStream?: boolean },
): ModelDescription {
  const name = id
    .replace(/^glm/, 'GLM')
    .replace(/-(flashx|flash|turbo|airx|air|x)\b/, (_, word: string) => `-${glmWords[word]}`);
  return { id, name, description, family: 'glm', toolStream: true, ...rest };
}
const glmWords: Record<string, string> = {
  flashx: 'FlashX',
  flash: 'Flash',
  turbo: 'Turbo',
  airx: 'AirX',
  air: 'Air',
  x: 'X',
};

const models: readonly ModelDescription[] = [
  glm('glm-5.3', 'Main coding model, 1M window', {
    contextTokens: million,
    maxOutputTokens: 131_072,
    inputModalities: text,
    reasoning: threeLevels,
    price: { input: 1.4, cachedInput: 0.26, output: 4.4 },
  }),
  glm('glm-5.3-flash', 'Fast and cheap, sees images, 1M window', {
    contextTokens: million,
    maxOutputTokens: 131_072,
    inputModalities: textAndImage,
    reasoning: threeLevels,
    price: { input: 0.15, cachedInput: 0.03, output: 0.5 },
  }),
  glm('glm-5.3-flashx', 'Fastest, sees images, pay-as-you-go only', {
    contextTokens: million,
    maxOutputTokens: 131_072,
    inputModalities: textAndImage,
    reasoning: threeLevels,
    price: { input: 0.37, cachedInput: 0.075, output: 1.25 },
  }),
  glm('glm-5.2', 'Previous main model, 1M window', {
    contextTokens: million,
    maxOutputTokens: 131_072,
    inputModalities: text,
    reasoning: offHighMax,
    price: { input: 1.4, cachedInput: 0.26, output: 4.4 },
  }),
  glm('glm-5.1', 'Legacy', {
    contextTokens: twoHundredK,
    maxOutputTokens: 131_072,
    inputModalities: text,
    reasoning: onOff,
    price: { input: 1.4, cachedInput: 0.26, output: 4.4 },
  }),
  glm('glm-5', 'Legacy', {
    contextTokens: twoHundredK,
    maxOutputTokens: 131_072,
    inputModalities: text,
    reasoning: onOff,
    price: { input: 1, cachedInput: 0.2, output: 3.2 },
  }),
  glm('glm-5-turbo', 'Legacy', {
    contextTokens: twoHundredK,
    maxOutputTokens: 131_072,
    inputModalities: text,
    reasoning: onOff,
    price: { input: 1.2, cachedInput: 0.24, output: 4 },
  }),
  glm('glm-4.7', 'Legacy', {
    contextTokens: twoHundredK,
    maxOutputTokens: 131_072,
    inputModalities: text,
    reasoning: onOff,
    price: { input: 0.6, cachedInput: 0.11, output: 2.2 },
  }),
  glm('glm-4.7-flashx', 'Legacy, cheap', {
    contextTokens: twoHundredK,
    maxOutputTokens: 131_072,
    inputModalities: text,
    reasoning: onOff,
    price: { input: 0.07, cachedInput: 0.01, output: 0.4 },
  }),
  glm('glm-4.7-flash', 'Free, one request at a time', {
    contextTokens: twoHundredK,
    maxOutputTokens: 131_072,
    inputModalities: text,
    reasoning: onOff,
    price: { input: 0, cachedInput: 0, output: 0 },
  }),
  glm('glm-4.6', 'Legacy', {
    contextTokens: twoHundredK,
    maxOutputTokens: 131_072,
    inputModalities: text,
    reasoning: onOff,
    price: { input: 0.6, cachedInput: 0.11, output: 2.2 },
  }),
  glm('glm-4.5', 'Legacy', {
    contextTokens: 131_072,
    maxOutputTokens: 98_304,
    inputModalities: text,
    reasoning: onOff,
    toolStream: false,
    price: { input: 0.6, cachedInput: 0.11, output: 2.2 },
  }),
  glm('glm-4.5-air', 'Legacy, cheap', {
    contextTokens: 131_072,
    maxOutputTokens: 98_304,
    inputModalities: text,
    reasoning: onOff,
    toolStream: false,
    price: { input: 0.2, cachedInput: 0.03, output: 1.1 },
  }),
];

/** docs.z.ai and docs.bigmodel.cn, chat completion reference, spring and October 2026. */
export const glmRules: ChatRules = {
  maxTokensField: 'max_tokens',
  maxTools: 128,
  toolChoice: 'auto',
  parallelToolCalls: false,
  // json_schema is accepted and ignored (probed 2026-08-20)
  responseFormat: 'json_object',
  // accepted in practice, but one leading system message is what the schema and the caches want
  lateSystemMessages: false,
  streamUsage: true,
  temperature: { min: 0.01, max: 1 },
  topP: { min: 0.01, max: 1 },
  maxStopSequences: 1,
  reasoningEcho: 'reasoning_content',
  quirks: ['clear-thinking', 'plain-schemas', 'description-required'],
};

function glmProvider(
  rest: Pick<ProviderDescription, 'id' | 'name' | 'baseUrl' | 'keyVariables' | 'baseUrlVariables'>,
): ProviderDescription {
  return { ...rest, mainModel: 'glm-5.3', fastModel: 'glm-5.3-flash', models, rules: glmRules };
}

const zaiVariables = { keyVariables: ['ZAI_API_KEY', 'Z_AI_API_KEY'], baseUrlVariables: ['ZAI_BASE_URL'] };
const bigmodelVariables = { keyVariables: ['GLM_API_KEY'], baseUrlVariables: ['GLM_API_BASE'] };

/** A key belongs to one of the four endpoints; on a wrong one it is answered 429/1113, which looks like "no balance". */
export const glmProviders: readonly ProviderDescription[] = [
  glmProvider({
    id: 'bigmodel-coding',
    name: 'BigModel Coding Plan',
    baseUrl: 'https://open.bigmodel.cn/api/coding/paas/v4',
    ...bigmodelVariables,
  }),
  glmProvider({
    id: 'bigmodel',
    name: 'BigModel pay-as-you-go',
    baseUrl: 'https://open.bigmodel.cn/api/paas/v4',
    ...bigmodelVariables,
  }),
  glmProvider({
    id: 'zai-coding',
    name: 'Z.ai Coding Plan',
    baseUrl: 'https://api.z.ai/api/coding/paas/v4',
    ...zaiVariables,
  }),
  glmProvider({
    id: 'zai',
    name: 'Z.ai pay-as-you-go',
    baseUrl: 'https://api.z.ai/api/paas/v4',
    ...zaiVariables,
  }),
];
