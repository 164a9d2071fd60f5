import { resolve } from 'node:path';
import { orList, splitList } from '../../config/setting-table.ts';
import { UsageError } from '../../errors/errors.ts';
import type { ApprovalPolicy, SandboxMode } from '../../protocol/app-server.ts';
import { isEffort } from '../../translate/reverse/model-name.ts';
import type { ProgressMode } from '../../translate/reverse/reduce-notification.ts';

/** What `codex-glm serve` and `codex-glm chat` are told. */
export interface ServeSettings {
  host: string;
  port: number;
  /** Absent: the stored one, or a new one. */
  key: string | undefined;
  newKey: boolean;
  maxBodyBytes: number;
  /** Absent: codex's default. */
  model: string | undefined;
  effort: string | undefined;
  /** Absolute. */
  workdir: string;
  sandbox: SandboxMode;
  approvalPolicy: ApprovalPolicy;
  approvalRules: string[];
  gitCheck: boolean;
  networkAccess: boolean;
  webSearch: boolean;
  requireSession: boolean;
  whenBusy: 'wait' | 'refuse';
  maxTurns: number;
  reasoning: boolean;
  /** Absent: `off` for clients of the server, `text` in a terminal. */
  progress: ProgressMode | undefined;
  imageFolders: string[];
  maxImageBytes: number;
  overrides: string[];
  listEfforts: boolean;
  logRequests: boolean;
  /** Absolute; absent: our own data folder. */
  stateFolder: string | undefined;
  /** Absolute; absent: our own home and the provider of the settings. */
  codexHome: string | undefined;
}

export interface ServeSetting {
  name: keyof ServeSettings;
  type: 'text' | 'folder' | 'switch' | 'port' | 'count' | 'bytes' | 'list' | 'folders' | readonly string[];
  /** The command of this name alone takes it; absent: both. */
  command?: 'serve';
  flag?: string;
  /** Our variable, then CodexBridge's names for the same. */
  variables: readonly [string, ...string[]];
  /** As a text of the type. */
  fallback?: string;
  description: string;
}

/** Every setting once: flags, variables, defaults and the help text come from this table. */
export const serveSettings: readonly ServeSetting[] = [
  {
    name: 'host',
    type: 'text',
    command: 'serve',
    flag: '--host',
    variables: ['CODEX_GLM_SERVE_HOST'],
    fallback: '127.0.0.1',
    description: 'address to listen on',
  },
  {
    name: 'port',
    type: 'port',
    command: 'serve',
    flag: '--port',
    variables: ['CODEX_GLM_SERVE_PORT', 'PORT'],
    fallback: '8080',
    description: 'port to listen on; 0 for any that is free',
  },
  {
    name: 'key',
    type: 'text',
    command: 'serve',
    variables: ['CODEX_BRIDGE_API_KEY'],
    description: 'what clients must send; else one is generated and shown once',
  },
  {
    name: 'newKey',
    type: 'switch',
    command: 'serve',
    flag: '--new-key',
    variables: ['CODEX_GLM_SERVE_NEW_KEY'],
    fallback: 'no',
    description: 'generate another key; the old one is void',
  },
  {
    name: 'maxBodyBytes',
    type: 'bytes',
    command: 'serve',
    variables: ['CODEX_GLM_SERVE_BODY_LIMIT', 'CODEX_JSON_LIMIT'],
    fallback: '10mb',
    description: 'largest request body; a larger one is answered with 413',
  },
  {
    name: 'model',
    type: 'text',
    flag: '--model',
    variables: ['CODEX_GLM_MODEL', 'CODEX_MODEL'],
    description: 'model of requests that name none',
  },
  {
    name: 'effort',
    type: 'text',
    flag: '--effort',
    variables: ['CODEX_GLM_SERVE_EFFORT', 'CODEX_REASONING', 'CODEX_MODEL_REASONING'],
    description: "reasoning effort of requests that name none; else the model's own",
  },
  {
    name: 'workdir',
    type: 'folder',
    flag: '--workdir',
    variables: ['CODEX_GLM_SERVE_WORKDIR', 'CODEX_WORKDIR'],
    fallback: '.',
    description: 'folder that codex works in',
  },
  {
    name: 'sandbox',
    type: ['read-only', 'workspace-write', 'danger-full-access'],
    flag: '--sandbox',
    variables: ['CODEX_GLM_SERVE_SANDBOX', 'CODEX_SANDBOX_MODE'],
    fallback: 'read-only',
    description: 'what commands may do',
  },
  {
    name: 'approvalPolicy',
    type: ['never', 'on-request', 'untrusted'],
    flag: '--approval',
    variables: ['CODEX_GLM_SERVE_APPROVAL', 'CODEX_APPROVAL_POLICY'],
    fallback: 'never',
    description: 'when codex asks; what no rule allows is declined',
  },
  {
    name: 'approvalRules',
    type: 'list',
    variables: ['CODEX_GLM_SERVE_APPROVE'],
    fallback: '',
    description:
      'commands that are approved, letter for letter, separated by commas; file-changes for all changes of files',
  },
  {
    name: 'gitCheck',
    type: 'switch',
    variables: ['CODEX_GLM_SERVE_GIT_CHECK'],
    fallback: 'no',
    description: 'refuse to work outside of a git repository (CODEX_SKIP_GIT_CHECK=false says the same)',
  },
  {
    name: 'networkAccess',
    type: 'switch',
    variables: ['CODEX_GLM_SERVE_NETWORK', 'CODEX_NETWORK_ACCESS'],
    fallback: 'no',
    description: 'network for commands in the sandbox workspace-write',
  },
  {
    name: 'webSearch',
    type: 'switch',
    variables: ['CODEX_GLM_SERVE_WEB_SEARCH', 'CODEX_WEB_SEARCH'],
    fallback: 'no',
    description: "codex's web search, where the provider has one",
  },
  {
    name: 'requireSession',
    type: 'switch',
    command: 'serve',
    variables: ['CODEX_GLM_SERVE_REQUIRE_SESSION', 'CODEX_REQUIRE_SESSION_ID'],
    fallback: 'no',
    description: 'refuse requests without a session id',
  },
  {
    name: 'whenBusy',
    type: ['wait', 'refuse'],
    command: 'serve',
    variables: ['CODEX_GLM_SERVE_WHEN_BUSY'],
    fallback: 'wait',
    description: 'a request to a session whose turn still runs: wait, or refuse it with 409',
  },
  {
    name: 'maxTurns',
    type: 'count',
    command: 'serve',
    variables: ['CODEX_GLM_SERVE_MAX_TURNS'],
    fallback: '16',
    description: 'turns that run or wait at once; one more is answered with 429',
  },
  {
    name: 'reasoning',
    type: 'switch',
    variables: ['CODEX_GLM_SERVE_REASONING'],
    fallback: 'yes',
    description: "give the model's reasoning as reasoning_content",
  },
  {
    name: 'progress',
    type: ['off', 'text', 'events'],
    variables: ['CODEX_GLM_SERVE_PROGRESS'],
    description:
      'commands, file changes and tool calls: as lines of the reasoning, or as SSE events named codex.item; else off, and text in `chat`',
  },
  {
    name: 'imageFolders',
    type: 'folders',
    command: 'serve',
    variables: ['CODEX_GLM_SERVE_IMAGE_FOLDERS'],
    fallback: '',
    description: 'folders that images may be read from by path, separated by commas; without one none are',
  },
  {
    name: 'maxImageBytes',
    type: 'bytes',
    command: 'serve',
    variables: ['CODEX_GLM_SERVE_IMAGE_LIMIT'],
    fallback: '8mb',
    description: 'largest image',
  },
  {
    name: 'overrides',
    type: 'list',
    command: 'serve',
    variables: ['CODEX_GLM_SERVE_ALLOW'],
    fallback: '',
    description: 'what a request may choose by itself: sandbox, workdir (a folder inside of the own one)',
  },
  {
    name: 'listEfforts',
    type: 'switch',
    command: 'serve',
    variables: ['CODEX_GLM_SERVE_LIST_MODELS', 'CODEX_DYNAMIC_MODELS'],
    fallback: 'yes',
    description: 'list all models with their efforts; else only the default model',
  },
  {
    name: 'logRequests',
    type: 'switch',
    command: 'serve',
    variables: ['CODEX_GLM_SERVE_LOG_REQUESTS', 'CODEX_LOG_REQUESTS'],
    fallback: 'no',
    description: 'a line for each request: session, model, status, duration; never content',
  },
  {
    name: 'stateFolder',
    type: 'folder',
    variables: ['CODEX_GLM_SERVE_STATE'],
    description: 'where the sessions and the key are remembered; else the data folder of codex-glm',
  },
  {
    name: 'codexHome',
    type: 'folder',
    flag: '--codex-home',
    // CodexBridge's two name the folder of codex's login
    variables: ['CODEX_GLM_SERVE_CODEX_HOME', 'CODEX_STATE_DIR', 'CODEX_DIR'],
    description: 'a codex home of your own, with its login, provider and threads, instead of ours',
  },
];

/**
 * Flag before our variable before CodexBridge's before the default.
 * @throws UsageError BAD_SETTING
 */
export function readServeSettings(
  flags: Readonly<Partial<Record<keyof ServeSettings, string>>>,
  environment: NodeJS.ProcessEnv,
): ServeSettings {
  const read: Record<string, unknown> = {};
  for (const setting of serveSettings) {
    const variable = setting.variables.find((name) => environment[name]?.trim());
    const text = flags[setting.name] ?? (variable && environment[variable]?.trim()) ?? setting.fallback;
    const origin = flags[setting.name] === undefined ? variable : setting.flag;
    read[setting.name] = text === undefined ? undefined : parse(setting, text, origin ?? setting.name);
  }
  // the table has a row for each name, and parse gives what its type says
  const settings = read as unknown as ServeSettings;
  if (environment['CODEX_SKIP_GIT_CHECK']?.trim() && !isOn(environment['CODEX_SKIP_GIT_CHECK']))
    settings.gitCheck = true;
  if (settings.effort !== undefined && !isEffort(settings.effort))
    throw new UsageError('BAD_SETTING', `"${settings.effort}" is no reasoning effort.`);
  const unknown = settings.overrides.find((name) => name !== 'sandbox' && name !== 'workdir');
  if (unknown) throw new UsageError('BAD_SETTING', `CODEX_GLM_SERVE_ALLOW: "${unknown}" is not sandbox or workdir.`);
  return settings;
}

function parse({ type }: ServeSetting, text: string, origin: string): unknown {
  switch (type) {
    case 'text':
      return text;
    case 'folder':
      return resolve(text);
    case 'switch':
      return isOn(text);
    case 'port':
      if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
      throw new UsageError('BAD_SETTING', `${origin} must be a port from 0 to 65535, not "${text}".`);
    case 'count':
      if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
      throw new UsageError('BAD_SETTING', `${origin} must be a whole number from 1, not "${text}".`);
    case 'bytes':
      return parseBytes(text, origin);
    case 'list':
      return splitList(text);
    case 'folders':
      return splitList(text).map((folder) => resolve(folder));
    default:
      // a policy of older codex versions, which 0.169 has no more; on-request is the nearest one
      if (text === 'on-failure' && type.includes('on-request')) return 'on-request';
      if (type.includes(text)) return text;
      throw new UsageError('BAD_SETTING', `${origin} must be ${orList(type)}, not "${text}".`);
  }
}

function isOn(text: string): boolean {
  return !['0', 'false', 'no', 'off'].includes(text.trim().toLowerCase());
}

/** `10mb` as CodexBridge's users write it; a plain number is bytes. */
function parseBytes(text: string, origin: string): number {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)\s*(b|kb|mb|gb)?$/i.exec(text.trim()) ?? [];
  const factor = { '': 1, b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 }[unit.toLowerCase()];
  if (digits === undefined || factor === undefined)
    throw new UsageError('BAD_SETTING', `${origin} must be a size like 10mb, not "${text}".`);
  return Math.floor(Number(digits) * factor);
}
