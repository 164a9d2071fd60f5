import { CodexError } from '../../errors/errors.ts';

/**
 * Does something with files of ours.
 * @throws CodexError CODEX_HOME_UNUSABLE when the file system refuses: no permission, no room, no folder
 */
export function inDataFolder<T>(dataFolder: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    // a refusal of the system names the call
    if (!(error instanceof Error) || !('syscall' in error)) throw error;
    throw new CodexError('CODEX_HOME_UNUSABLE', `${dataFolder} cannot be used: ${error.message}.`, {
      hint: 'Make the folder writable and see that the disk has room, or name another folder: CODEX_GLM_HOME.',
      cause: error,
    });
  }
}
