import type { ChatRules } from '../../catalog/provider.ts';
import type { ChatToolChoice } from '../../protocol/chat.ts';
import type { Diagnostic } from '../diagnostic.ts';
import { isObject } from './parse-request.ts';
import type { ToolNames } from './tool-names.ts';

export interface ToolChoice {
  /** Leave the tools out: the only way to say "none" that every provider understands. */
  withoutTools: boolean;
  /** Flat names of the only tools that may be called; absent: all. */
  allowed?: ReadonlySet<string>;
  field?: ChatToolChoice;
  /** What the provider does not enforce, said to the model instead. */
  instruction: string;
}

/** Every form of the Responses `tool_choice`, as far as the provider honours it. */
export function toolChoice(
  choice: unknown,
  names: ToolNames,
  rules: ChatRules,
  report: (diagnostic: Diagnostic) => void,
): ToolChoice {
  if (choice === 'none') return { withoutTools: true, instruction: '' };
  if (isObject(choice) && choice['type'] === 'allowed_tools') {
    const tools = Array.isArray(choice['tools']) ? choice['tools'] : [];
    const allowed = new Set(tools.flatMap((tool) => forcedTool(tool, names) ?? []));
    return { ...toolChoice(choice['mode'], names, rules, report), allowed };
  }
  const forced = forcedTool(choice, names);
  if (choice !== 'required' && forced === undefined) return { withoutTools: false, instruction: '' };
  if (rules.toolChoice === 'any') {
    const field: ChatToolChoice = forced === undefined ? 'required' : { type: 'function', function: { name: forced } };
    return { withoutTools: false, field, instruction: '' };
  }
  report({ code: 'tool-choice-degraded', detail: forced ?? 'required' });
  const instruction =
    forced === undefined ? 'Answer with a tool call.' : `Answer with a call of the tool \`${forced}\`.`;
  return { withoutTools: false, instruction };
}

function forcedTool(choice: unknown, names: ToolNames): string | undefined {
  if (!isObject(choice)) return undefined;
  const tool = isObject(choice['function']) ? choice['function'] : choice;
  const { name, namespace } = tool;
  return typeof name === 'string' ? names.flat(name, typeof namespace === 'string' ? namespace : null) : undefined;
}
