import { defaultTimeouts } from '../provider/default-timeouts.ts';

/** The value of each setting, by its name in code. */
export interface SettingValues {
  provider: string;
  model: string;
  fastModel: string;
  baseUrl: string;
  wire: 'auto' | 'chat' | 'responses';
  apiKey: string;
  keepKeyVariable: boolean;
  maxConcurrent: number;
  requestsPerMinute: number;
  deniedTools: string[];
  images: 'note' | 'route';
  webSearch: 'off' | 'native';
  hostedMcp: string[];
  sessions: 'own' | 'shared';
  inherit: string[];
  stdin: 'closed' | 'inherited';
  quiet: boolean;
  usageFile: string;
  connectTimeoutMs: number;
  headersTimeoutMs: number;
  idleTimeoutMs: number;
  caFile: string;
  host: string;
  port: number;
  logLevel: 'debug' | 'info' | 'warn' | 'error';
  providers: string[];
  requireKey: boolean;
  history: 'memory' | 'disk';
  historyFolder: string;
  historyTtlHours: number;
  historyMaxResponses: number;
  historyMaxMegabytes: number;
}

export type SettingName = keyof SettingValues;

/** What holds when nobody says anything. A setting that is not here has no default, or one that depends on the provider. */
export const settingDefaults = {
  wire: 'auto',
  keepKeyVariable: false,
  requestsPerMinute: 0,
  deniedTools: [],
  hostedMcp: [],
  images: 'note',
  webSearch: 'off',
  sessions: 'own',
  inherit: ['all'],
  stdin: 'inherited',
  quiet: false,
  connectTimeoutMs: defaultTimeouts.connectMs,
  headersTimeoutMs: defaultTimeouts.headersMs,
  idleTimeoutMs: defaultTimeouts.idleMs,
  host: '127.0.0.1',
  port: 18_765,
  providers: [],
  requireKey: false,
  logLevel: 'info',
  history: 'memory',
} as const satisfies Readonly<Partial<Record<SettingName, unknown>>>;

export type DefaultedSetting = keyof typeof settingDefaults;

export interface SettingDescription {
  name: SettingName;
  /** Its dotted key in config.toml; absent where it must not stand in that file. */
  key?: string;
  /** `number`: a whole one from 0 on. `list`: texts; in a variable separated by commas. */
  type: 'text' | 'switch' | 'number' | 'list' | readonly string[];
  /** Our own flag; absent where a flag would be codex's (`--model`) or would show a key in the process list. */
  flag?: string;
  /** Option of `codex-glm proxy`, without its dashes. */
  proxyOption?: string;
  /** Placeholder of the value; absent for a switch, and for a flag that stands for the first word of `type`. */
  value?: string;
  variable: string;
  /** For people; what holds when nothing is said stands in it. */
  description: string;
}

/**
 * Every setting with one value, once: the flag parser, the help text, the check of config.toml, the precedence and the
 * commands `config print` and `config set` read this table.
 */
export const settingsTable: readonly SettingDescription[] = [
  {
    name: 'provider',
    key: 'provider',
    type: 'text',
    flag: '--provider',
    value: 'ID',
    variable: 'CODEX_GLM_PROVIDER',
    description: 'who serves the model (zai-coding, bigmodel-coding, demo, ...)',
  },
  {
    name: 'baseUrl',
    key: 'base_url',
    type: 'text',
    flag: '--base-url',
    value: 'URL',
    variable: 'CODEX_GLM_BASE_URL',
    description: "address that replaces the provider's own, without /chat/completions",
  },
  {
    name: 'model',
    key: 'model',
    type: 'text',
    variable: 'CODEX_GLM_MODEL',
    description: "model to start with; else codex's stored choice, else the provider's main model",
  },
  {
    name: 'fastModel',
    key: 'fast_model',
    type: 'text',
    variable: 'CODEX_GLM_FAST_MODEL',
    description: "model for small side requests; else the provider's own",
  },
  {
    name: 'wire',
    key: 'wire',
    type: ['auto', 'chat', 'responses'],
    flag: '--wire',
    value: 'WIRE',
    variable: 'CODEX_GLM_WIRE',
    description: "chat, responses (the provider's own Responses endpoint) or auto",
  },
  {
    name: 'apiKey',
    type: 'text',
    variable: 'CODEX_GLM_API_KEY',
    description: "the provider's API key",
  },
  {
    name: 'keepKeyVariable',
    key: 'keep_key_env',
    type: 'switch',
    flag: '--keep-key-env',
    variable: 'CODEX_GLM_KEEP_KEY_ENV',
    description: "leave the API key in codex's environment",
  },
  {
    name: 'maxConcurrent',
    key: 'limits.max_concurrent',
    type: 'number',
    variable: 'CODEX_GLM_MAX_CONCURRENT',
    description: "requests at the provider at once, 0 for no limit; else the provider's own figure",
  },
  {
    name: 'requestsPerMinute',
    key: 'limits.requests_per_minute',
    type: 'number',
    variable: 'CODEX_GLM_REQUESTS_PER_MINUTE',
    description: 'requests begun within 60 s; default 0, no limit',
  },
  {
    name: 'deniedTools',
    key: 'tools.deny',
    type: 'list',
    variable: 'CODEX_GLM_TOOLS_DENY',
    description: 'tools the model is not offered, by their flattened names; * stands for any text',
  },
  {
    name: 'images',
    key: 'images',
    type: ['note', 'route'],
    variable: 'CODEX_GLM_IMAGES',
    description: 'images for a text-only model: a note (default), or route the turn to a model that sees',
  },
  {
    name: 'webSearch',
    key: 'web_search',
    type: ['off', 'native'],
    variable: 'CODEX_GLM_WEB_SEARCH',
    description: "off (default), or the provider's own search",
  },
  {
    name: 'hostedMcp',
    key: 'hosted_mcp',
    type: 'list',
    variable: 'CODEX_GLM_HOSTED_MCP',
    description:
      'MCP servers that the provider hosts and codex gets (web_search_prime, web_reader, zread, or all); default none',
  },
  {
    name: 'sessions',
    key: 'sessions',
    type: ['own', 'shared'],
    variable: 'CODEX_GLM_SESSIONS',
    description: "own (default), or shared: the user's own codex home",
  },
  {
    name: 'inherit',
    key: 'inherit',
    type: 'list',
    variable: 'CODEX_GLM_INHERIT',
    description:
      "what is taken over from the user's codex home (agents, skills, mcp, ...); default all, none for nothing",
  },
  {
    name: 'stdin',
    type: ['closed', 'inherited'],
    flag: '--no-stdin',
    variable: 'CODEX_GLM_STDIN',
    description: 'closed: codex gets no standard input; default inherited',
  },
  {
    name: 'quiet',
    key: 'quiet',
    type: 'switch',
    flag: '--quiet',
    variable: 'CODEX_GLM_QUIET',
    description: 'no line about tokens and cost after an interactive session',
  },
  {
    name: 'usageFile',
    type: 'text',
    flag: '--usage-json',
    value: 'FILE',
    variable: 'CODEX_GLM_USAGE_JSON',
    description: 'write tokens and cost of the run to this file, as JSON',
  },
  {
    name: 'connectTimeoutMs',
    key: 'network.connect_timeout_ms',
    type: 'number',
    variable: 'CODEX_GLM_CONNECT_TIMEOUT_MS',
    description: 'time for a connection to the provider; default 15000',
  },
  {
    name: 'headersTimeoutMs',
    key: 'network.headers_timeout_ms',
    type: 'number',
    variable: 'CODEX_GLM_HEADERS_TIMEOUT_MS',
    description: "time until the provider's answer begins; default 600000",
  },
  {
    name: 'idleTimeoutMs',
    key: 'network.idle_timeout_ms',
    type: 'number',
    variable: 'CODEX_GLM_IDLE_TIMEOUT_MS',
    description: 'longest silence inside an answer; default 600000',
  },
  {
    name: 'caFile',
    key: 'network.ca_file',
    type: 'text',
    variable: 'CODEX_GLM_CA_FILE',
    description: 'PEM file with certificate authorities to trust besides the usual ones',
  },
  {
    name: 'port',
    key: 'proxy.port',
    type: 'number',
    proxyOption: 'port',
    value: 'N',
    variable: 'CODEX_GLM_PORT',
    description: 'port of a standalone proxy; default 18765, or the next that is free',
  },
  {
    name: 'host',
    key: 'proxy.host',
    type: 'text',
    proxyOption: 'host',
    value: 'ADDRESS',
    variable: 'CODEX_GLM_HOST',
    description: 'address that a standalone proxy listens on; default 127.0.0.1. Any other one needs client keys',
  },
  {
    name: 'providers',
    key: 'proxy.providers',
    type: 'list',
    proxyOption: 'providers',
    value: 'A,B',
    variable: 'CODEX_GLM_PROVIDERS',
    description: 'further providers of a standalone proxy, for models named provider/model',
  },
  {
    name: 'requireKey',
    key: 'proxy.require_key',
    type: 'switch',
    proxyOption: 'require-key',
    variable: 'CODEX_GLM_REQUIRE_KEY',
    description: 'a standalone proxy asks for a client key on 127.0.0.1 too',
  },
  {
    name: 'logLevel',
    key: 'proxy.log_level',
    type: ['debug', 'info', 'warn', 'error'],
    proxyOption: 'log-level',
    value: 'LEVEL',
    variable: 'CODEX_GLM_LOG_LEVEL',
    description: 'what a standalone proxy logs: debug, info (default), warn or error',
  },
  {
    name: 'history',
    key: 'proxy.history',
    type: ['memory', 'disk'],
    proxyOption: 'history',
    value: 'KIND',
    variable: 'CODEX_GLM_HISTORY',
    description: 'where a standalone proxy stores responses: memory (default) or disk',
  },
  {
    name: 'historyFolder',
    key: 'proxy.history_dir',
    type: 'text',
    proxyOption: 'history-dir',
    value: 'FOLDER',
    variable: 'CODEX_GLM_HISTORY_DIR',
    description: 'folder of responses stored on disk; default ~/.codex-glm/proxy/history',
  },
  {
    name: 'historyTtlHours',
    key: 'proxy.history_ttl_hours',
    type: 'number',
    proxyOption: 'history-ttl-hours',
    value: 'N',
    variable: 'CODEX_GLM_HISTORY_TTL_HOURS',
    description: 'age at which a stored response is dropped; default 168',
  },
  {
    name: 'historyMaxResponses',
    key: 'proxy.history_max_responses',
    type: 'number',
    proxyOption: 'history-max-responses',
    value: 'N',
    variable: 'CODEX_GLM_HISTORY_MAX_RESPONSES',
    description: 'responses that are kept; default 256',
  },
  {
    name: 'historyMaxMegabytes',
    key: 'proxy.history_max_mb',
    type: 'number',
    proxyOption: 'history-max-mb',
    value: 'N',
    variable: 'CODEX_GLM_HISTORY_MAX_MB',
    description: 'MiB of responses that are kept; default 512',
  },
];

/** @throws Error for a name that is not in the table, which the type rules out. */
export function describeSetting(name: SettingName): SettingDescription {
  const found = settingsTable.find((setting) => setting.name === name);
  if (!found) throw new Error(`no setting ${name}`);
  return found;
}

/**
 * The value of a flag or variable; a switch is on unless the text says no.
 * @returns a problem ("must be ...") for a text that the setting does not take
 */
export function parseSetting(
  { name, type }: SettingDescription,
  text: string,
): { value: unknown } | { problem: string } {
  if (type === 'switch') return { value: !['0', 'false', 'no', 'off'].includes(text.toLowerCase()) };
  if (type === 'list') return { value: splitList(text) };
  if (type === 'text') return { value: text };
  if (name === 'port' && Number(text) > maxPort) return { problem: `must be a port, 0 to ${maxPort}` };
  if (type === 'number')
    return /^\d{1,9}$/.test(text) ? { value: Number(text) } : { problem: 'must be a whole number' };
  return type.includes(text) ? { value: text } : { problem: `must be ${orList(type)}` };
}

export const maxPort = 65_535;

export function splitList(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
}

export function orList(words: readonly string[]): string {
  return new Intl.ListFormat('en', { type: 'disjunction' }).format(words);
}
