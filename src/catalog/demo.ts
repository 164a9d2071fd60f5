import { glmProviders, glmRules } from './glm.ts';
import type { ProviderDescription } from './provider.ts';

/**
 * The scripted GLM server inside this package (see `src/demo/`). It has the models of the real one, so that a model
 * chosen earlier in the same codex home keeps working. The launch fills in `baseUrl` once the server listens.
 */
export const demoProvider: ProviderDescription = {
  id: 'demo',
  name: 'Demo (scripted, offline)',
  baseUrl: '',
  keyVariables: [],
  baseUrlVariables: [],
  mainModel: 'glm-5.3',
  fastModel: 'glm-5.3-flash',
  models: glmProviders[0]?.models ?? [],
  rules: glmRules,
};
