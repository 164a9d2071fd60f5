import { offeredModels } from '../catalog/catalog.ts';
import { withListedModels } from '../catalog/listed-models.ts';
import type { ProviderDescription } from '../catalog/provider.ts';
import type { Choice, Prompts } from './prompts.ts';

/**
 * The main and the fast model, from the catalog and from what the server named.
 * @param listed ids that the server named
 * @param current what is set for this provider
 */
export async function chooseModels(
  prompts: Prompts,
  provider: ProviderDescription,
  listed: readonly string[] | undefined,
  current: { mainModel?: string | undefined; fastModel?: string | undefined } = {},
): Promise<{ mainModel: string; fastModel: string }> {
  const choices = modelChoices(provider, listed);
  if (choices.length === 0) return { mainModel: provider.mainModel, fastModel: provider.fastModel };
  const known = (id: string | undefined) => (choices.some(({ value }) => value === id) ? id : undefined);
  const mainModel = await prompts.choose('Main model?', choices, known(current.mainModel) ?? known(provider.mainModel));
  const fastModel = await prompts.choose(
    'Fast model, for small side jobs?',
    choices,
    known(current.fastModel) ?? known(provider.fastModel) ?? mainModel,
  );
  return { mainModel, fastModel };
}

/** Pure. A server that alone knows its models: what it named. Else the catalog's without legacy ones, then the new ones. */
export function modelChoices(provider: ProviderDescription, listed: readonly string[] = []): Choice<string>[] {
  if (provider.liveModels) return listed.map((id) => ({ value: id, label: id }));
  const known = new Set(provider.models.map(({ id }) => id));
  return offeredModels(withListedModels(provider, listed))
    .filter(({ status }) => status === undefined)
    .map(({ id, description }) => ({
      value: id,
      label: id,
      hint: known.has(id) ? description : 'named by the server',
    }));
}
