import type { ProviderDescription } from '../provider.ts';
import { glmModels, glmRules } from './glm.ts';

/**
 * The scripted GLM server inside this package (see `src/demo/`). It has the models of the real one, so that a model
 * chosen earlier in the same codex home keeps working. The launch fills in `baseUrl` once the server listens.
 */
export const demoProvider: ProviderDescription = {
  id: 'demo',
  name: 'Demo (scripted, offline)',
  baseUrl: '',
  inProcess: true,
  keyVariables: [],
  baseUrlVariables: [],
  wire: 'chat',
  mainModel: 'glm-5.3',
  fastModel: 'glm-5.3-flash',
  models: glmModels,
  rules: glmRules,
};
