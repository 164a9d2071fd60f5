import type { KeyPlace } from '../config/settings.ts';

/**
 * The key itself; the command or the keychain is asked only here.
 * @returns undefined for a server without keys
 * @throws UsageError KEY_COMMAND_FAILED, KEYCHAIN_FAILED
 */
export async function loadKey(place: KeyPlace, environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  switch (place.kind) {
    case 'value':
      return place.value;
    case 'command':
      return (await import('./key-command.ts')).runKeyCommand(place.command, environment);
    case 'keychain':
      return (await import('./keychain.ts')).readKeychain(place.provider);
    default:
      return undefined;
  }
}
