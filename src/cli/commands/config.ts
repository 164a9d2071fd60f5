import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { findPaths } from '../../config/paths.ts';
import { readSettingsFile } from '../../config/settings-file.ts';
import { orList, settingsTable } from '../../config/setting-table.ts';
import { UsageError } from '../../errors/errors.ts';
import { readAssignment } from '../../setup/read-assignment.ts';
import { saveSettings } from '../../setup/save.ts';
import { explainSettings } from './config/explain-settings.ts';
import type { CommandInput } from '../arguments/command.ts';
import { textTable } from '../table.ts';

/** `codex-glm config path | print | set KEY VALUE | edit | codex`. */
export async function run(input: CommandInput): Promise<number> {
  const { environment, operands } = input;
  const paths = findPaths(environment);
  const [action, ...rest] = operands;
  if (action !== 'set' && rest.length > 0) throw usage();
  switch (action) {
    case 'path':
      process.stdout.write(`${paths.settingsFile}\n`);
      return 0;
    case 'print':
      process.stdout.write(textTable(explainSettings(input)));
      return 0;
    case 'set': {
      const [key, value, tooMuch] = rest;
      if (key === undefined || value === undefined || tooMuch !== undefined) throw usage();
      saveSettings(paths, environment, [readAssignment(key, value)]);
      return 0;
    }
    case 'edit':
      return edit(paths.settingsFile, environment);
    case 'codex': {
      const { codexConfig } = await import('./config/codex-config.ts');
      process.stdout.write(await codexConfig(input));
      return 0;
    }
    default:
      throw usage();
  }
}

function usage(): UsageError {
  const keys = settingsTable.flatMap(({ key }) => key ?? []);
  return new UsageError(
    'USAGE',
    `codex-glm config takes ${orList(['path', 'print', 'set KEY VALUE', 'edit', 'codex'])}.`,
    {
      hint: `Keys: ${keys.join(', ')}, models.aliases.NAME, providers.ID.KEY.`,
    },
  );
}

const newFile = `# Settings of codex-glm. All keys: docs/settings.md, or: codex-glm config print\n`;

/** Opens the file in the user's editor, and says afterwards whether it is in order. */
async function edit(file: string, environment: NodeJS.ProcessEnv): Promise<number> {
  const editor = environment['VISUAL'] || environment['EDITOR'] || (process.platform === 'win32' ? 'notepad' : 'vi');
  if (!existsSync(file)) {
    mkdirSync(findPaths(environment).dataFolder, { recursive: true, mode: 0o700 });
    writeFileSync(file, newFile, { mode: 0o600, flag: 'wx' });
  }
  const { execa, parseCommandString } = await import('execa');
  const [program = '', ...args] = parseCommandString(editor);
  const { failed } = await execa(program, [...args, file], { stdio: 'inherit', reject: false });
  if (failed) {
    throw new UsageError('USAGE', `The editor "${editor}" could not be used.`, {
      hint: `Name another one in EDITOR, or open ${file} yourself.`,
    });
  }
  readSettingsFile(file, environment);
  return 0;
}
