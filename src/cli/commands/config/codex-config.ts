import { codexModelCatalog } from '../../../codex/model-catalog.ts';
import { providerId } from '../../../codex/profile.ts';
import { tomlString } from '../../../config/toml.ts';
import { clientKeyVariable, needsClientKey } from '../../../daemon/client-key-file.ts';
import { daemonPaths } from '../../../daemon/daemon-paths.ts';
import { identify } from '../../../daemon/find-running.ts';
import { loadStandaloneSettings } from '../../../daemon/standalone-settings.ts';
import { readStates } from '../../../daemon/state-file.ts';
import { installedVersion } from '../../../launch/binary/codex-version.ts';
import { findCodex } from '../../../launch/binary/find-codex.ts';
import { storeCatalog } from '../../../launch/home/catalog-file.ts';
import { reachableHost } from '../../../proxy/access/address.ts';
import type { CommandInput } from '../../arguments/command.ts';

/**
 * A config.toml for a codex that is started by itself, on the standalone proxy; valid under `--strict-config` (codex
 * 0.169). The model catalog that it names is stored among our files, in words that the installed codex knows.
 * @throws UsageError: see loadStandaloneSettings
 */
export async function codexConfig({
  flags,
  environment,
}: Pick<CommandInput, 'flags' | 'environment'>): Promise<string> {
  const { settings, paths, isPortFixed } = loadStandaloneSettings(flags, {}, environment);
  const { provider, standalone } = settings;
  const model = settings.model ?? provider.mainModel;
  const version = await versionOfInstalled(environment, paths.codexHome);
  const catalogFile = storeCatalog(paths.catalogFolder, codexModelCatalog(provider, [model], version));
  const port = isPortFixed ? standalone.port : (portInUse(daemonPaths(paths.dataFolder).folder) ?? standalone.port);
  const lines: [key: string, value: string][] = [
    ['model', tomlString(model)],
    ['model_provider', tomlString(providerId)],
    ['model_catalog_json', tomlString(catalogFile)],
    ['web_search', tomlString(provider.rules.searchTool ? 'live' : 'disabled')],
  ];
  const own: [key: string, value: string][] = [
    ['name', tomlString(provider.name)],
    ['base_url', tomlString(`http://${reachableHost(standalone.host)}:${port}/v1`)],
    ['wire_api', tomlString('responses')],
    ...(needsClientKey(standalone) ? ([['env_key', tomlString(clientKeyVariable)]] as [string, string][]) : []),
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

/** Of the one proxy that runs, which may have found the usual port taken. */
function portInUse(folder: string): number | undefined {
  const [state, ...others] = readStates(folder).filter((each) => identify(each) !== 'gone');
  return others.length === 0 ? state?.port : undefined;
}

function toLines(pairs: readonly [key: string, value: string][]): string {
  return pairs.map(([key, value]) => `${key} = ${value}\n`).join('');
}
