import type { ProviderDescription } from '../catalog/provider.ts';
import { cleanKey } from '../config/clean-key.ts';
import { CodexGlmError } from '../errors/errors.ts';
import { hasKeychain } from '../keys/keychain.ts';
import { runKeyCommand } from '../keys/key-command.ts';
import { loadKey } from '../keys/load-key.ts';
import type { WizardInput } from './current.ts';
import { findKeys } from './found-keys.ts';
import type { KeyChoice } from './plan.ts';
import type { Prompts } from './prompts.ts';
import type { Vendor } from './vendors.ts';

/** A key that was given, and what is still open: where to keep it. */
export type AskedKey =
  | Extract<KeyChoice, { kind: 'variable' | 'command' | 'kept' }>
  | { kind: 'typed'; value: string }
  | { kind: 'none'; value: undefined };

/**
 * A key that lies about, one that is typed, or one that a command gives.
 * @throws CancelledError
 */
export async function askKey(
  { prompts, environment, userHome, current }: WizardInput,
  vendor: Vendor,
  candidates: readonly ProviderDescription[],
): Promise<AskedKey> {
  const found = findKeys(vendor.providers, environment, userHome);
  const canKeep = isStored(current) && candidates.some(({ id }) => id === current.providerId);
  const how = await prompts.choose('Where is the API key?', [
    ...(canKeep ? [{ value: 'kept', label: 'Keep the one that is stored' }] : []),
    ...found.map(({ origin }, index) => ({ value: `found ${index}`, label: `Take the one in ${origin}` })),
    { value: 'typed', label: 'Type or paste it', hint: 'it is not shown' },
    { value: 'command', label: 'A command prints it', hint: 'pass, op, security' },
    ...(candidates.some(({ keyVariables }) => keyVariables.length === 0)
      ? [{ value: 'none', label: 'The server takes no key' }]
      : []),
  ]);
  if (how === 'none') return { kind: 'none', value: undefined };
  if (how === 'typed') return { kind: 'typed', value: cleanKey(await prompts.askHidden('API key', keyProblem)) };
  if (how === 'command') return askCommand(prompts, environment);
  if (how === 'kept') {
    const value = await loadKey(current.key, environment);
    return value === undefined ? { kind: 'none', value } : { kind: 'kept', value };
  }
  const key = found[Number(how.slice('found '.length))];
  if (!key) return { kind: 'none', value: undefined };
  return key.isVariable
    ? { kind: 'variable', origin: key.origin, value: key.value }
    : { kind: 'typed', value: key.value };
}

/** Not one that only the environment of this moment has. */
function isStored({ key, paths }: WizardInput['current']): boolean {
  return key.kind === 'value' ? key.origin === paths.credentialsFile : key.kind !== 'none';
}

/** What the proxy would refuse: a key ends up in a header. */
export function keyProblem(text: string): string | undefined {
  const key = cleanKey(text);
  if (key === '') return 'Nothing was given.';
  return /^[\u0021-\u007e]+$/.test(key) ? undefined : 'A key has no blanks and no special characters.';
}

async function askCommand(prompts: Prompts, environment: NodeJS.ProcessEnv): Promise<AskedKey> {
  for (let command: string | undefined; ;) {
    command = await prompts.ask('Command', {
      initial: command,
      check: (text) => (text === '' ? 'Nothing was given.' : undefined),
    });
    try {
      return { kind: 'command', command, value: await runKeyCommand(command, environment) };
    } catch (error) {
      if (!(error instanceof CodexGlmError)) throw error;
      prompts.say(error.message);
    }
  }
}

/** Where a typed key is to be kept; all others have their place. */
export async function chooseStore(
  prompts: Prompts,
  asked: AskedKey,
  { keyVariables }: ProviderDescription,
): Promise<KeyChoice> {
  if (asked.kind !== 'typed') return asked.kind === 'none' ? { kind: 'none' } : asked;
  const { value } = asked;
  const origin = keyVariables[0] ?? 'CODEX_GLM_API_KEY';
  const kind = await prompts.choose('Where to keep the key?', [
    { value: 'file', label: 'In a file for you only', hint: 'credentials.toml, mode 600' },
    ...((await hasKeychain()) ? [{ value: 'keychain', label: 'In the keychain of the system' }] : []),
    { value: 'nowhere', label: `Nowhere, I set ${origin} myself`, hint: 'in the shell or the CI' },
  ]);
  if (kind === 'nowhere') return { kind: 'variable', origin, value, isUnset: true };
  return { kind: kind === 'keychain' ? 'keychain' : 'file', value };
}
