import { isTomlTable, tomlValue } from '../config/toml.ts';
import { UsageError } from '../errors/errors.ts';
import type { Invocation } from './arguments.ts';
import type { ConfigOverride } from './config-override.ts';
import { providerId } from './profile.ts';

/**
 * Refuses what would send codex past the proxy of this run. Everything else of the user's is for codex to judge.
 * @throws UsageError USAGE
 */
export function refuseContradictions({ optionNames, configOverrides, needsAccount }: Invocation): void {
  if (needsAccount) {
    throw new UsageError('USAGE', 'remote-control connects codex to a ChatGPT account, which codex-glm does without.', {
      hint: 'Run it with codex itself: codex remote-control',
    });
  }
  const option = optionNames.find((name) => name === '--oss' || name === '--local-provider');
  if (option !== undefined) {
    throw new UsageError('USAGE', `${option} would bypass codex-glm: codex would talk to a local model by itself.`, {
      hint: 'Leave it out and name a local provider instead: codex-glm --provider ollama (or lmstudio).',
    });
  }
  const override = configOverrides.find(replacesProvider);
  if (override !== undefined) {
    throw new UsageError(
      'USAGE',
      `-c ${override.key}=... would bypass codex-glm, which sets codex's provider itself.`,
      {
        hint: 'Choose the provider with --provider ID and its address with --base-url URL, before all other arguments.',
      },
    );
  }
}

function replacesProvider({ key, value }: ConfigOverride): boolean {
  const [table, id] = key.split('.');
  if (key === 'model_provider') return true;
  if (table !== 'model_providers') return false;
  if (id !== undefined) return id === providerId;
  const providers = tomlValue(value);
  // Text in place of a table would be refused by codex.
  return isTomlTable(providers) && providerId in providers;
}
