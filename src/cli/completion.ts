import { bindCompletion } from '../codex/bind-completion.ts';
import { settingsTable } from '../config/setting-table.ts';
import { captureCodex } from '../launch/capture-codex.ts';
import { ownCommands } from './arguments/command-table.ts';

/**
 * `codex-glm completion SHELL`: codex's own script, bound to our name and with our words.
 * @returns the exit status
 */
export function printCompletion(codexArguments: readonly string[], environment: NodeJS.ProcessEnv): number {
  const { status, stdout } = captureCodex(codexArguments, environment);
  const flags = settingsTable.flatMap(({ flag, value, description }) =>
    flag === undefined ? [] : [{ word: flag, description, takesValue: value !== undefined }],
  );
  const commands = Object.entries(ownCommands).map(([word, { summary }]) => ({
    word,
    description: summary,
    takesValue: false,
  }));
  process.stdout.write(bindCompletion(stdout, [...flags, ...commands]));
  return status;
}
