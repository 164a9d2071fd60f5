import { mkdirSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { providers } from '../catalog/catalog.ts';
import { assignInToml, type TomlAssignment } from '../config/edit-toml.ts';
import type { Paths } from '../config/paths.ts';
import { parseSettings, readSettingsText } from '../config/settings-file.ts';
import { parseToml } from '../config/toml.ts';
import { readCredentialsText, withStoredKey } from '../keys/credentials.ts';
import { UsageError } from '../errors/errors.ts';
import { writeAtomically } from '../launch/files/atomic-write.ts';
import { writeModelList } from '../launch/home/model-list-file.ts';
import type { SetupPlan } from './plan.ts';

/**
 * Writes settings into config.toml: in one step, with comments and all other keys kept.
 * @throws UsageError BAD_SETTINGS_FILE when the file is broken before or would be afterwards; nothing is written then
 */
export function saveSettings(
  paths: Paths,
  environment: NodeJS.ProcessEnv,
  assignments: readonly TomlAssignment[],
): void {
  const { settingsFile } = paths;
  const text = readSettingsText(settingsFile) ?? '';
  parseSettings(text, settingsFile, environment);
  const edited = assignInToml(text, parseToml(text), assignments);
  parseSettings(edited, settingsFile, environment, 'Nothing was changed.');
  if (edited !== text) write(settingsFile, edited);
}

/**
 * Writes a key into credentials.toml, readable by its owner only.
 * @throws UsageError UNSAFE_CREDENTIALS, BAD_SETTINGS_FILE; nothing is written then
 */
export function saveKey({ credentialsFile }: Paths, providerId: string, key: string): void {
  // a file that is broken or open to others is refused, not replaced
  const text = readCredentialsText(credentialsFile) ?? '';
  write(credentialsFile, withStoredKey(text, providerId, key));
}

/** Writes what a setup decided: first the key, then the settings that rely on it. */
export async function savePlan(plan: SetupPlan, paths: Paths, environment: NodeJS.ProcessEnv): Promise<void> {
  const { provider, key } = plan;
  if (key.kind === 'file') saveKey(paths, provider.id, key.value);
  if (key.kind === 'keychain') await (await import('../keys/keychain.ts')).writeKeychain(provider.id, key.value);
  saveSettings(paths, environment, toAssignments(plan));
  if (plan.listedModels?.length) {
    const list = { baseUrl: provider.baseUrl, listedAtMs: Date.now(), ids: [...plan.listedModels] };
    writeModelList(paths.modelListFolder, provider.id, list);
  }
}

/** Only what differs from the catalog, so that newer versions of it take effect. Pure. */
export function toAssignments({ provider, baseUrl, key, wire, mainModel, fastModel }: SetupPlan): TomlAssignment[] {
  const catalog = providers.find(({ id }) => id === provider.id);
  const own = (name: string, value: TomlAssignment['value']): TomlAssignment => ({
    table: ['providers', provider.id],
    key: name,
    value,
  });
  const assignments = [
    // last first: each is put at the top
    root('base_url', baseUrl),
    root('fast_model', undefined),
    root('model', undefined),
    root('wire', wire === (catalog?.wire ?? 'chat') ? undefined : wire),
    root('provider', provider.id),
    own('main_model', mainModel === catalog?.mainModel ? undefined : mainModel),
    own('fast_model', fastModel === catalog?.fastModel ? undefined : fastModel),
  ];
  if (key.kind === 'kept') return assignments;
  return [
    ...assignments,
    own('key_command', key.kind === 'command' ? key.command : undefined),
    own('keychain', key.kind === 'keychain' ? true : undefined),
  ];
}

function root(key: string, value: string | undefined): TomlAssignment {
  return { table: [], key, value };
}

/** @throws UsageError BAD_SETTINGS_FILE when it cannot be written */
function write(path: string, text: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeAtomically(targetOf(path), text);
  } catch (error) {
    throw new UsageError('BAD_SETTINGS_FILE', `${path} cannot be written: ${(error as Error).message}`, {
      hint: 'Make its folder writable, or name another one: CODEX_GLM_HOME. Nothing was changed.',
      cause: error,
    });
  }
}

/** Where a symbolic link leads: people keep such files among their dotfiles. */
function targetOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
