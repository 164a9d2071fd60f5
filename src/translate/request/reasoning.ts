import { effortScale, type Effort, type ModelDescription, type ReasoningDescription } from '../../catalog/provider.ts';
import type { ChatRequest } from '../../protocol/chat.ts';

/**
 * The thinking switches for one request: the level that was asked for, moved to the nearest one the model has.
 * A level that nobody knows is taken for the model's default.
 */
export function reasoningFields(
  { reasoning }: ModelDescription,
  requestedEffort: string | null | undefined,
): Partial<ChatRequest> {
  if (!reasoning) return {};
  const level = effortFor(requestedEffort, reasoning);
  const isOff = level === 'none';
  const word = reasoning.words?.[level] ?? level;
  const thinking = thinkingSwitch(level, reasoning);
  switch (reasoning.control) {
    case 'always-on':
      return {};
    case 'thinking':
      return { thinking };
    case 'reasoning_effort':
      return { reasoning_effort: word };
    case 'thinking+reasoning_effort':
      return isOff ? { thinking } : { thinking, reasoning_effort: word };
    case 'reasoning.effort':
      return { reasoning: { effort: word } };
    case 'enable_thinking':
      return { enable_thinking: !isOff };
    case 'enable_thinking+reasoning_effort':
      return isOff ? { enable_thinking: false } : { enable_thinking: true, reasoning_effort: word };
    case 'thinking_budget':
      return isOff ? { enable_thinking: false } : { thinking_budget: reasoning.budgets?.[level] };
    default:
      return reasoning.control satisfies never;
  }
}

/** `thinking.type`: `disabled`, else the provider's word for "on" (MiniMax: `adaptive`). */
function thinkingSwitch(level: Effort, { control, words, thinkingFields }: ReasoningDescription) {
  if (level === 'none') return { type: 'disabled' };
  const on = control === 'thinking' ? words?.[level] : undefined;
  return { type: on ?? 'enabled', ...thinkingFields };
}

function effortFor(requested: string | null | undefined, reasoning: ReasoningDescription): Effort {
  const wanted = effortScale.find((effort) => effort === requested) ?? reasoning.default;
  return reasoning.aliases?.[wanted] ?? nearestEffort(wanted, reasoning.efforts);
}

/** The weakest level that is at least as strong as the wanted one, else the strongest. */
function nearestEffort(wanted: Effort, efforts: readonly Effort[]): Effort {
  const rank = effortScale.indexOf(wanted);
  return efforts.find((effort) => effortScale.indexOf(effort) >= rank) ?? efforts.at(-1) ?? wanted;
}
