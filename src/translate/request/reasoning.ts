import { effortScale, type ChatRules, type Effort, type ModelDescription } from '../../catalog/provider.ts';
import type { ChatRequest } from '../../protocol/chat.ts';

type ReasoningFields = Pick<ChatRequest, 'thinking' | 'reasoning_effort'>;

/** The thinking switches for one request: the level that was asked for, moved to the nearest one the model has. */
export function reasoningFields(
  model: ModelDescription,
  rules: ChatRules,
  requestedEffort: string | null | undefined,
): ReasoningFields {
  const { reasoning } = model;
  if (!reasoning) return {};
  const effort = nearestEffort(requestedEffort ?? reasoning.default, reasoning.efforts) ?? reasoning.default;
  const thinking =
    effort === 'none'
      ? { type: 'disabled' }
      : { type: 'enabled', ...(rules.quirks.includes('clear-thinking') ? { clear_thinking: false } : {}) };
  switch (reasoning.control) {
    case 'thinking':
      return { thinking };
    case 'reasoning_effort':
      return { reasoning_effort: effort };
    case 'thinking+reasoning_effort':
      return effort === 'none' ? { thinking } : { thinking, reasoning_effort: effort };
    default:
      return reasoning.control satisfies never;
  }
}

/** The weakest level that is at least as strong as the wanted one, else the strongest; an unknown name gets none. */
export function nearestEffort(wanted: string, efforts: readonly Effort[]): Effort | undefined {
  const rank = effortScale.indexOf(wanted as Effort);
  if (rank < 0) return undefined;
  return efforts.find((effort) => effortScale.indexOf(effort) >= rank) ?? efforts.at(-1);
}
