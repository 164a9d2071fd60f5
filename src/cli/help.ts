import { settingsTable } from '../config/setting-table.ts';
import { ownCommands } from './arguments/command-table.ts';

/** What stands below codex's own help. */
export function ownHelp(): string {
  const flags = settingsTable.filter(({ flag }) => flag !== undefined);
  const names = flags.map(({ flag, value }) => (value ? `${flag} <${value}>` : `${flag}`));
  const width = Math.max(...names.map((name) => name.length));
  const lines = flags.map(
    ({ description, variable }, index) => `  ${names[index]?.padEnd(width)}  ${description} [${variable}]`,
  );
  const commands = Object.entries(ownCommands).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return `\nOptions of codex-glm (before all others):\n${lines.join('\n')}\n\nCommands of codex-glm (as the first word; codex-glm COMMAND --help tells more):\n${commands.join('\n')}\n`;
}
