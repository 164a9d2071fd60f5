import { text as readText } from 'node:stream/consumers';
import { cleanKey } from '../../config/clean-key.ts';
import { findUserHome } from '../../config/paths.ts';
import { orList } from '../../config/setting-table.ts';
import { UsageError } from '../../errors/errors.ts';
import { readCurrent } from '../../setup/current.ts';
import { shadowWarning, shadowingVariable } from '../../setup/plan.ts';
import { savePlan } from '../../setup/save.ts';
import type { UnattendedOptions } from '../../setup/unattended.ts';
import type { CommandInput } from '../arguments/command.ts';

/**
 * `codex-glm setup`: by questions, or with `--yes` by options alone.
 * @throws CancelledError, UsageError
 */
export async function run({ flags, environment, options }: CommandInput): Promise<number> {
  const current = readCurrent(flags, environment);
  if (options['yes'] === true) {
    const { planUnattended } = await import('../../setup/unattended.ts');
    const given = await readOptions(options, flags.provider, flags.baseUrl);
    const plan = await planUnattended(given, current, environment);
    await savePlan(plan, current.paths, environment);
    const shadow = shadowingVariable(plan, environment);
    if (shadow !== undefined) process.stderr.write(`codex-glm: ${shadowWarning(shadow)}\n`);
    process.stderr.write(`codex-glm: saved in ${current.paths.settingsFile}\n`);
    return 0;
  }
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new UsageError('USAGE', 'codex-glm setup asks questions and needs a terminal for them.', {
      hint: 'Without one: codex-glm setup --yes --provider ID, with the key in the environment or by --key-stdin.',
    });
  }
  await runWizard({ flags, environment });
  return 0;
}

/**
 * Asks, tries, writes. stdout stays free for codex, which may follow.
 * @returns the environment in which the settings work: with the key that the user wants to keep in a variable
 * @throws CancelledError, before which nothing was written
 */
export async function runWizard({
  flags,
  environment,
}: Pick<CommandInput, 'flags' | 'environment'>): Promise<NodeJS.ProcessEnv> {
  const [{ createPrompts }, { askForPlan }] = await Promise.all([
    import('../../setup/prompts.ts'),
    import('../../setup/wizard.ts'),
  ]);
  const current = readCurrent(flags, environment);
  const prompts = await createPrompts('Setup', process.stdin, process.stderr);
  prompts.title('codex-glm setup');
  const plan = await askForPlan({ prompts, environment, userHome: findUserHome(environment), current });
  await savePlan(plan, current.paths, environment);
  const { key } = plan;
  const isUnset = key.kind === 'variable' && key.isUnset === true;
  if (isUnset) prompts.say(`For the next time: export ${key.origin}=… in your shell's profile.`);
  prompts.end(`Saved in ${current.paths.settingsFile}. Start with: codex-glm`);
  return isUnset ? { ...environment, [key.origin]: key.value } : environment;
}

async function readOptions(
  options: CommandInput['options'],
  provider: string | undefined,
  baseUrl: string | undefined,
): Promise<UnattendedOptions> {
  // strings by their declaration in the command's options
  const text = (name: string) => options[name] as string | undefined;
  const key = options['key-stdin'] === true ? cleanKey(await readText(process.stdin)) : undefined;
  if (key === '')
    throw new UsageError('NO_API_KEY', 'Nothing came in on standard input.', { hint: 'Pipe the key in.' });
  return {
    provider: text('provider') ?? provider,
    baseUrl: text('base-url') ?? baseUrl,
    wire: readWire(text('wire')),
    mainModel: text('model'),
    fastModel: text('fast-model'),
    keyCommand: text('key-command'),
    key,
    keychain: options['keychain'] === true,
    probes: options['no-probe'] !== true,
  };
}

function readWire(text: string | undefined): 'chat' | 'responses' | undefined {
  if (text === undefined || text === 'chat' || text === 'responses') return text;
  throw new UsageError('USAGE', `--wire must be ${orList(['chat', 'responses'])}.`);
}
