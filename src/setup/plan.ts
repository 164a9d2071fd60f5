import type { ProviderDescription } from '../catalog/provider.ts';
import { firstKey } from '../config/settings.ts';

/** Where the key of a setup comes from and where it will be kept. */
export type KeyChoice =
  /** In a variable, where every run finds it; nothing is stored. `isUnset`: the user still has to set it. */
  | { kind: 'variable'; origin: string; value: string; isUnset?: true }
  | { kind: 'file'; value: string }
  | { kind: 'keychain'; value: string }
  /** `value` is what the command printed now. */
  | { kind: 'command'; command: string; value: string }
  /** Stays where an earlier setup put it. */
  | { kind: 'kept'; value: string }
  | { kind: 'none' };

/** All that a setup found out and will write. */
export interface SetupPlan {
  /** With the base URL that was given, if one was. */
  provider: ProviderDescription;
  /** Given by the user, where the provider has no address of its own. */
  baseUrl: string | undefined;
  key: KeyChoice;
  wire: 'chat' | 'responses';
  mainModel: string;
  fastModel: string;
  /** Ids that the server named when it was tried. */
  listedModels?: readonly string[] | undefined;
}

/** The lines of the summary before it is written. Pure. */
export function planLines(plan: SetupPlan, credentialsFile: string): string[] {
  const { provider, key, wire } = plan;
  return [
    `Provider    ${provider.name} (${provider.id})`,
    `Address     ${wire === 'responses' ? (provider.responsesBaseUrl ?? provider.baseUrl) : provider.baseUrl || 'in this process'}`,
    `Wire        ${wire === 'responses' ? 'the provider’s own Responses API' : 'Chat Completions'}`,
    `Main model  ${plan.mainModel}`,
    `Fast model  ${plan.fastModel}`,
    `Key         ${keyWords(key, credentialsFile)}`,
    'Start       codex-glm',
  ];
}

/**
 * A variable that holds another key than the one that was chosen, and stands before the place where that one is kept: it
 * would be used instead. Pure.
 */
export function shadowingVariable({ provider, key }: SetupPlan, environment: NodeJS.ProcessEnv): string | undefined {
  if (key.kind === 'none' || (key.kind === 'variable' && !key.isUnset)) return undefined;
  const found = firstKey(environment, ['CODEX_GLM_API_KEY', ...provider.keyVariables]);
  return found && found.value !== key.value ? found.origin : undefined;
}

/** What to say of it. */
export function shadowWarning(variable: string): string {
  return `${variable} is set to another key and stands before this one: unset it, or it will be used.`;
}

function keyWords(key: KeyChoice, credentialsFile: string): string {
  switch (key.kind) {
    case 'variable':
      return key.isUnset ? `nowhere; set ${key.origin} yourself` : `stays in ${key.origin}`;
    case 'file':
      return `in ${credentialsFile}, for you only`;
    case 'keychain':
      return 'in the keychain of the system';
    case 'command':
      return `asked from: ${key.command}`;
    case 'kept':
      return 'stays where it is';
    default:
      return 'none';
  }
}
