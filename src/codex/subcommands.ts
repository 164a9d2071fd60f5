/**
 * What a codex subcommand needs:
 * - `session`: it talks to a model, so it gets the proxy, the profile and a key
 * - `plain`: it runs with our codex home and nothing else
 */
export type SubcommandKind = 'session' | 'plain';

/**
 * How the retired `--full-auto` is said today (codex 0.169):
 * - `sandbox`: `--sandbox workspace-write`
 * - `sandbox-and-approval`: the same and `-a on-request`
 * - `config`: the subcommand has neither option, so `-c sandbox_mode=...`
 */
export type FullAutoStyle = 'sandbox' | 'sandbox-and-approval' | 'config';

export interface Subcommand {
  kind: SubcommandKind;
  aliases?: readonly string[];
  /** Absent: `--full-auto` was never an option of it. */
  fullAuto?: FullAutoStyle;
  /** Runs without a TUI, and SIGINT ends its turn and its shell commands (codex 0.169). */
  endsOnInterrupt?: true;
  /** Reads standard input to its end before its first request, unless that is a terminal. */
  readsStdin?: true;
  /** It works through OpenAI's servers with a ChatGPT login. */
  needsAccount?: true;
  /** Its own subcommands that talk to no model. */
  plainSubcommands?: readonly string[];
}

/** What codex does without a subcommand: the TUI. A word that is no subcommand is its prompt. */
export const tui: Subcommand = { kind: 'session', fullAuto: 'sandbox-and-approval' };

/** `codex --help` of 0.80 to 0.169. */
const subcommands: Readonly<Record<string, Subcommand>> = {
  exec: {
    kind: 'session',
    aliases: ['e'],
    fullAuto: 'sandbox',
    endsOnInterrupt: true,
    readsStdin: true,
    plainSubcommands: ['help'],
  },
  review: { kind: 'session', fullAuto: 'config', endsOnInterrupt: true },
  resume: { kind: 'session', fullAuto: 'sandbox-and-approval' },
  fork: { kind: 'session', fullAuto: 'sandbox-and-approval' },
  'app-server': {
    kind: 'session',
    plainSubcommands: ['daemon', 'proxy', 'generate-ts', 'generate-json-schema', 'help'],
  },
  'mcp-server': { kind: 'session' },
  agents: { kind: 'session' },
  'remote-control': { kind: 'session', needsAccount: true, plainSubcommands: ['stop', 'pair', 'help'] },

  /** Writes into a database of the home; whoever opens the session next sends the message. */
  queue: { kind: 'plain' },
  login: { kind: 'plain' },
  logout: { kind: 'plain' },
  mcp: { kind: 'plain' },
  plugin: { kind: 'plain' },
  completion: { kind: 'plain' },
  update: { kind: 'plain' },
  doctor: { kind: 'plain' },
  sandbox: { kind: 'plain' },
  debug: { kind: 'plain' },
  apply: { kind: 'plain', aliases: ['a'] },
  archive: { kind: 'plain' },
  unarchive: { kind: 'plain' },
  delete: { kind: 'plain' },
  'migrate-rollouts': { kind: 'plain' },
  'migrate-nfs-db': { kind: 'plain' },
  cloud: { kind: 'plain' },
  'exec-server': { kind: 'plain' },
  features: { kind: 'plain' },
  execpolicy: { kind: 'plain' },
  'responses-api-proxy': { kind: 'plain' },
  'stdio-to-uds': { kind: 'plain' },
  help: { kind: 'plain' },
};

const byWord = new Map(
  Object.entries(subcommands).flatMap(([name, subcommand]) =>
    [name, ...(subcommand.aliases ?? [])].map((word) => [word, subcommand] as const),
  ),
);

/** The subcommand that `word` names, by name or alias; undefined for any other word. */
export function findSubcommand(word: string): Subcommand | undefined {
  return byWord.get(word);
}
