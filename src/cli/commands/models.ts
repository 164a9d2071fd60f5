import { findModel, providers } from '../../catalog/catalog.ts';
import { withListedModels } from '../../catalog/listed-models.ts';
import type { ModelDescription, ProviderDescription } from '../../catalog/provider.ts';
import { lookUpSetting } from '../../config/lookup.ts';
import { findPaths, type Paths } from '../../config/paths.ts';
import { findConfiguredProvider } from '../../config/provider-overrides.ts';
import { readSettingsFile } from '../../config/settings-file.ts';
import { CodexGlmError } from '../../errors/errors.ts';
import { loadKey } from '../../keys/load-key.ts';
import { loadSettings } from '../../launch/settings/load-settings.ts';
import { networkOptions } from '../../launch/open-proxy.ts';
import { readModelList, writeModelList } from '../../launch/home/model-list-file.ts';
import { listModels } from '../../provider/model-list.ts';
import type { CommandInput } from '../arguments/command.ts';
import { textTable } from '../table.ts';

/** The server's list is asked for again after this time. */
const freshMs = 24 * 3_600_000;
const deadlineMs = 15_000;

/** `codex-glm models [--all] [--json]`. */
export async function run({ flags, environment, options }: CommandInput): Promise<number> {
  const shown = options['all'] === true ? [...providers] : [await chosenProvider(flags, environment)];
  if (options['json'] === true) {
    process.stdout.write(`${JSON.stringify(shown.map(toJson), null, 2)}\n`);
    return 0;
  }
  for (const provider of shown) {
    process.stdout.write(`${provider.name} (${provider.id})\n${textTable(modelRows(provider))}\n`);
  }
  return 0;
}

/** The provider in use, with the models that its server names. */
async function chosenProvider(
  flags: CommandInput['flags'],
  environment: NodeJS.ProcessEnv,
): Promise<ProviderDescription> {
  const paths = findPaths(environment);
  const withoutKey = catalogOnly(flags, environment, paths);
  if (withoutKey) return withoutKey;
  const { settings } = loadSettings(flags, environment);
  const { provider, baseUrl } = settings;
  if (provider.inProcess) return provider;
  const known = readModelList(paths.modelListFolder, provider.id, baseUrl);
  if (known && Date.now() - known.listedAtMs < freshMs) return withListedModels(provider, known.ids);
  try {
    const apiKey = await loadKey(settings.key, environment);
    const { extraCa } = networkOptions(settings.network);
    const ids = await listModels(baseUrl, {
      environment,
      extraCa,
      connectTimeoutMs: 8000,
      headersTimeoutMs: deadlineMs,
      bodyTimeoutMs: deadlineMs,
      authorization: apiKey === undefined ? undefined : `Bearer ${apiKey}`,
      context: { provider: provider.name, keyVariables: provider.keyVariables, secrets: apiKey ? [apiKey] : [] },
      signal: AbortSignal.timeout(deadlineMs),
    });
    if (ids.length > 0) writeModelList(paths.modelListFolder, provider.id, { baseUrl, listedAtMs: Date.now(), ids });
    return withListedModels(provider, ids);
  } catch (error) {
    // a list is a convenience: what the catalog knows is shown all the same
    const why = error instanceof CodexGlmError || error instanceof DOMException ? error.message : String(error);
    process.stderr.write(`codex-glm: what the catalog knows; the server's own list is not to be had: ${why}\n`);
    return known ? withListedModels(provider, known.ids) : provider;
  }
}

/** What the catalog knows of a provider that is named, but whose key is not there: its server cannot be asked. */
function catalogOnly(
  flags: CommandInput['flags'],
  environment: NodeJS.ProcessEnv,
  { settingsFile }: Paths,
): ProviderDescription | undefined {
  const file = readSettingsFile(settingsFile, environment);
  const named = lookUpSetting('provider', { flags, environment, file }, undefined);
  try {
    loadSettings(flags, environment);
    return undefined;
  } catch (error) {
    if (!named || !(error instanceof CodexGlmError) || error.code !== 'NO_API_KEY') throw error;
    process.stderr.write(`codex-glm: what the catalog knows; the server is not asked. ${error.message}\n`);
    return findConfiguredProvider(named.value, file.overrides);
  }
}

function modelRows(provider: ProviderDescription): string[][] {
  const header = ['  MODEL', 'WINDOW', 'OUTPUT', 'INPUT', 'THINKING', 'PRICE PER MILLION (IN/CACHED/OUT)', ''];
  return [header, ...provider.models.map((model) => modelRow(provider, model))];
}

function modelRow(provider: ProviderDescription, model: ModelDescription): string[] {
  return [
    `  ${model.id}`,
    thousands(model.contextTokens),
    thousands(model.maxOutputTokens),
    model.inputModalities.join('+'),
    model.reasoning?.efforts.join(' ') ?? '-',
    priceText(model),
    roleText(provider, model),
  ];
}

function roleText({ mainModel, fastModel }: ProviderDescription, { id, status }: ModelDescription): string {
  return [id === mainModel ? 'main' : '', id === fastModel ? 'fast' : '', status ?? ''].filter(Boolean).join(', ');
}

function priceText({ price }: ModelDescription): string {
  if (!price) return '-';
  const sign = price.currency === 'USD' ? '$' : '¥';
  return `${sign}${price.input} / ${price.cachedInput ?? '-'} / ${price.output}`;
}

function thousands(tokens: number): string {
  return tokens >= 1_000_000 ? `${Number((tokens / 1_048_576).toFixed(1))}M` : `${Math.round(tokens / 1024)}K`;
}

function toJson(provider: ProviderDescription): unknown {
  const { id, name, mainModel, fastModel, models } = provider;
  return { id, name, mainModel, fastModel, models: models.map((model) => findModel(provider, model.id)) };
}
