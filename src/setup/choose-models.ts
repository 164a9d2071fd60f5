import { offeredModels } from '../catalog/catalog.ts';
import type { ProviderDescription } from '../catalog/provider.ts';
import type { Choice, Prompts } from './prompts.ts';

/**
 * The main and the fast model, from the catalog and from what the server named.
 * @param listed ids that the server named; of a provider whose models are known these are not needed
 */
export async function chooseModels(
  prompts: Prompts,
  provider: ProviderDescription,
  listed: readonly string[] | undefined,
): Promise<{ mainModel: string; fastModel: string }> {
  const choices = modelChoices(provider, listed);
  if (choices.length === 0) return { mainModel: provider.mainModel, fastModel: provider.fastModel };
  const known = (id: string) => (choices.some(({ value }) => value === id) ? id : undefined);
  const mainModel = await prompts.choose('Main model?', choices, known(provider.mainModel));
  const fastModel = await prompts.choose(
    'Fast model, for small side jobs?',
    choices,
    known(provider.fastModel) ?? mainModel,
  );
  return { mainModel, fastModel };
}

/** Pure. A server that alone knows its models: what it named. Else the catalog's, without legacy ones. */
export function modelChoices(provider: ProviderDescription, listed: readonly string[] | undefined): Choice<string>[] {
  if (provider.liveModels) return (listed ?? []).map((id) => ({ value: id, label: id }));
  return offeredModels(provider)
    .filter(({ status }) => status === undefined)
    .map(({ id, description }) => ({ value: id, label: id, hint: description }));
}
