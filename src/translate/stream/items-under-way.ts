import type { ReasoningField } from '../reasoning-envelope.ts';
import type { ToolTarget } from '../request/tool-names.ts';
import type { ReasoningDetails } from './reasoning-details.ts';
import type { TextBuffer } from './text-buffer.ts';

/** A message under way; it has exactly one part. */
export interface OpenMessage {
  type: 'message';
  id: string;
  outputIndex: number;
  text: TextBuffer;
}

/** A reasoning item under way. Codex shows `summary`, so that is where the text goes, as one part. */
export interface OpenReasoningItem {
  type: 'reasoning';
  id: string;
  outputIndex: number;
  text: TextBuffer;
  field: ReasoningField;
  details: ReasoningDetails;
}

/** A tool call under way. */
export interface ToolCall {
  index: number | undefined;
  /** As the provider sent it; "" until it does. */
  providerId: string;
  /** Flat name as the model wrote it; "" until known. */
  name: string;
  /** The declared tool of that name. */
  target: ToolTarget | undefined;
  /** Text of the JSON arguments. */
  arguments: TextBuffer;
  /** Each delta repeats everything before it. */
  snapshots: boolean;
  /** Set when the call's item is added; until then the call is not part of the response. */
  item: { id: string; callId: string; outputIndex: number } | undefined;
}
