import { cautiousRules, type ProviderDescription } from '../provider.ts';

/** Any other server: the base URL and, where it takes one, the key come from the settings. */
export const openAiCompatibleProvider: ProviderDescription = {
  id: 'openai-compatible',
  name: 'OpenAI-compatible server',
  baseUrl: '',
  keyVariables: [],
  baseUrlVariables: [],
  wire: 'chat',
  mainModel: 'default',
  fastModel: 'default',
  models: [],
  liveModels: true,
  rules: { ...cautiousRules, quirks: ['tool-call-markup'] },
};
