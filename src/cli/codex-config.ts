import { codexModelCatalog } from '../codex/model-catalog.ts';
import { providerId } from '../codex/profile.ts';
import { tomlString } from '../config/toml.ts';
import { installedVersion } from '../launch/codex-version.ts';
import { findCodex } from '../launch/find-codex.ts';
import { loadSettings } from '../launch/load-settings.ts';
import { storeCatalog } from '../launch/catalog-file.ts';
import type { CommandInput } from './own-command.ts';

/**
 * A config.toml for a codex that is started by itself, on the standalone proxy; valid under `--strict-config` (codex
 * 0.169). The model catalog that it names is stored among our files, in words that the installed codex knows.
 * @throws UsageError: see loadSettings
 */
export async function codexConfig({
  flags,
  environment,
}: Pick<CommandInput, 'flags' | 'environment'>): Promise<string> {
  const { settings, paths } = loadSettings(flags, environment);
  const { provider, standalone } = settings;
  const model = settings.model ?? provider.mainModel;
  const version = await versionOfInstalled(environment, paths.codexHome);
  const catalogFile = storeCatalog(paths.catalogFolder, codexModelCatalog(provider, [model], version));
  const host = standalone.host.includes(':') ? `[${standalone.host}]` : standalone.host;
  const lines: [key: string, value: string][] = [
    ['model', tomlString(model)],
    ['model_provider', tomlString(providerId)],
    ['model_catalog_json', tomlString(catalogFile)],
    ['web_search', tomlString(provider.rules.searchTool ? 'live' : 'disabled')],
  ];
  const own: [key: string, value: string][] = [
    ['name', tomlString(provider.name)],
    ['base_url', tomlString(`http://${host}:${standalone.port}/v1`)],
    ['wire_api', tomlString('responses')],
    ['request_max_retries', '0'],
    ['stream_max_retries', '5'],
  ];
  return `# For ~/.codex/config.toml, while this runs: codex-glm proxy start\n${toLines(lines)}\n[model_providers.${providerId}]\n${toLines(own)}`;
}

/** Undefined where no codex is installed: the file may be meant for another machine. */
async function versionOfInstalled(environment: NodeJS.ProcessEnv, codexHome: string): Promise<string | undefined> {
  let executable: string;
  try {
    ({ executable } = findCodex({ environment }));
  } catch {
    return undefined;
  }
  return installedVersion(executable, environment, codexHome);
}

function toLines(pairs: readonly [key: string, value: string][]): string {
  return pairs.map(([key, value]) => `${key} = ${value}\n`).join('');
}
