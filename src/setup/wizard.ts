import type { ProviderDescription } from '../catalog/provider.ts';
import { checkBaseUrl } from '../catalog/base-url.ts';
import { findConfiguredProvider } from '../config/provider-overrides.ts';
import type { WizardInput } from './current.ts';
import { askKey, chooseStore, type AskedKey } from './ask-key.ts';
import { chooseModels } from './choose-models.ts';
import { planLines, shadowWarning, shadowingVariable, type SetupPlan } from './plan.ts';
import { findingLines, fitting, probeKey, servesResponses, type KeyFindings } from './probe-vendor.ts';
import type { Prompts } from './prompts.ts';
import { vendorOf, vendors, type Vendor } from './vendors.ts';

/**
 * Asks for all that a first session needs and tries it live. Writes nothing.
 * @throws CancelledError
 */
export async function askForPlan(input: WizardInput): Promise<SetupPlan> {
  const { prompts, current } = input;
  const vendor = await chooseVendor(prompts, current.providerId);
  const wanted = await chooseEndpoint(prompts, vendor, current.providerId);
  const asked = await askBaseUrl(prompts, wanted, current.baseUrl);
  // a gateway that is set already stays, for its provider
  const baseUrlOf = ({ id }: ProviderDescription) =>
    asked ?? (id === current.providerId ? current.file.values.baseUrl : undefined);
  const candidates = (wanted ? [wanted] : vendor.providers).map((provider) => {
    const baseUrl = baseUrlOf(provider);
    return {
      ...findConfiguredProvider(provider.id, current.file.overrides),
      ...(baseUrl !== undefined && { baseUrl }),
    };
  });
  if (candidates[0]?.inProcess) {
    const [provider] = candidates;
    return confirmed(input, {
      ...withModels(provider),
      provider,
      baseUrl: undefined,
      key: { kind: 'none' },
      wire: 'chat',
    });
  }

  const { provider, key: given, findings } = await findFit(input, vendor, candidates);
  const isCurrent = provider.id === current.providerId;
  const wire = await chooseWire(input, vendor, provider, findings);
  const listed = findings.results.find((each) => each.provider.id === provider.id && each.wire === 'chat')?.models;
  const { values } = current.file;
  const models = await chooseModels(
    prompts,
    provider,
    listed,
    isCurrent ? { mainModel: values.model, fastModel: values.fastModel } : {},
  );
  const key = await chooseStore(prompts, given, provider);
  return confirmed(input, { provider, baseUrl: baseUrlOf(provider), key, wire, ...models, listedModels: listed });
}

async function chooseVendor(prompts: Prompts, currentId: string | undefined): Promise<Vendor> {
  const choices = vendors.map(({ name, hint }) => ({ value: name, label: name, ...(hint && { hint }) }));
  const initial = currentId === undefined ? undefined : vendorOf(currentId)?.name;
  const name = await prompts.choose('Who serves the model?', choices, initial);
  // one of the names that were offered
  return vendors.find((vendor) => vendor.name === name) as Vendor;
}

const unsure = '';

/** @returns undefined where the key shall tell */
async function chooseEndpoint(
  prompts: Prompts,
  vendor: Vendor,
  currentId: string | undefined,
): Promise<ProviderDescription | undefined> {
  const [first, ...others] = vendor.providers;
  if (others.length === 0) return first;
  const hasKeys = vendor.providers.some(({ keyVariables }) => keyVariables.length > 0);
  const choices = vendor.providers.map(({ id, name, baseUrl }) => ({ value: id, label: name, hint: baseUrl }));
  if (hasKeys) choices.unshift({ value: unsure, label: 'Find out with my key', hint: 'tries it on each' });
  const isCurrent = vendor.providers.some(({ id }) => id === currentId);
  const id = await prompts.choose('Which endpoint?', choices, isCurrent ? currentId : undefined);
  return vendor.providers.find((provider) => provider.id === id);
}

/** Asked only where the address is not the provider's own business. */
async function askBaseUrl(
  prompts: Prompts,
  provider: ProviderDescription | undefined,
  current: string | undefined,
): Promise<string | undefined> {
  if (!provider || provider.inProcess || !(provider.baseUrl === '' || provider.liveModels)) return undefined;
  const text = await prompts.ask('Its address, without /chat/completions?', {
    initial: current ?? provider.baseUrl,
    check: (given) => problemOf(() => checkBaseUrl(given, provider.name)),
  });
  const baseUrl = checkBaseUrl(text, provider.name);
  return baseUrl === provider.baseUrl ? undefined : baseUrl;
}

function problemOf(check: () => unknown): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

interface Fit {
  provider: ProviderDescription;
  key: AskedKey;
  findings: KeyFindings;
}

/** Asks for keys until one fits, or the user wants to go on with one that does not. */
async function findFit(input: WizardInput, vendor: Vendor, candidates: readonly ProviderDescription[]): Promise<Fit> {
  const { prompts, environment, current } = input;
  // the company's other endpoints too: a key in the wrong place is the most common mistake
  const wanted = candidates.length === 1 ? candidates[0] : undefined;
  const tried =
    wanted && vendor.providers.some(({ id, keyVariables }) => id === wanted.id && keyVariables.length > 0)
      ? vendor.providers.map((each) =>
          each.id === wanted.id ? wanted : findConfiguredProvider(each.id, current.file.overrides),
        )
      : candidates;
  for (;;) {
    const key = await askKey(input, vendor, candidates);
    const findings = await prompts.wait('Trying it…', (signal) =>
      probeKey(tried, { apiKey: key.value, environment, extraCa: current.extraCa, signal }),
    );
    prompts.note(findingLines(findings).join('\n'), 'What was found');
    const fits = fitting(findings);
    const provider = await chooseAmong(prompts, fits, wanted);
    if (provider) return { provider, key, findings };
    const next = await prompts.choose('No endpoint took it. What now?', [
      { value: 'again', label: 'Give another key' },
      ...candidates.map(({ id, name }) => ({ value: id, label: `Go on with ${name} all the same` })),
    ]);
    const kept = candidates.find(({ id }) => id === next);
    if (kept) return { provider: kept, key, findings };
  }
}

async function chooseAmong(
  prompts: Prompts,
  fits: readonly ProviderDescription[],
  wanted: ProviderDescription | undefined,
): Promise<ProviderDescription | undefined> {
  const [first, ...others] = fits;
  if (first === undefined) return undefined;
  if (wanted && fits.some(({ id }) => id === wanted.id)) return wanted;
  if (others.length === 0) {
    prompts.say(
      wanted
        ? `This key does not fit ${wanted.name}; it belongs to ${first.name}.`
        : `This key belongs to ${first.name}.`,
    );
    return first;
  }
  const choices = fits.map(({ id, name }) => ({ value: id, label: name }));
  const id = await prompts.choose('Several endpoints take this key. Which one?', choices);
  return fits.find((provider) => provider.id === id);
}

/** A plan's customer is told its terms, and offered the plan's own Responses endpoint where it was seen to work. */
async function chooseWire(
  { prompts, current }: WizardInput,
  { terms }: Vendor,
  provider: ProviderDescription,
  findings: KeyFindings,
): Promise<'chat' | 'responses'> {
  const isPlan = terms?.providers.includes(provider.id) === true;
  if (isPlan) prompts.note(terms.text, 'Terms of the plan');
  if (!isPlan || !servesResponses(findings, provider.id)) return provider.wire;
  const isCurrent = provider.id === current.providerId;
  const initial = !isCurrent || current.file.values.wire === 'responses';
  return (await prompts.confirm("Use the plan's own Responses endpoint?", initial)) ? 'responses' : 'chat';
}

function withModels({ mainModel, fastModel }: ProviderDescription): { mainModel: string; fastModel: string } {
  return { mainModel, fastModel };
}

async function confirmed({ prompts, current, environment }: WizardInput, plan: SetupPlan): Promise<SetupPlan> {
  const shadow = shadowingVariable(plan, environment);
  if (shadow !== undefined) prompts.say(shadowWarning(shadow));
  prompts.note(planLines(plan, current.paths.credentialsFile).join('\n'), 'Summary');
  if (await prompts.confirm('Save this?', true)) return plan;
  throw prompts.cancelled();
}
