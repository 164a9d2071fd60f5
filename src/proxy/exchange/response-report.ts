import type { CodexGlmError } from '../../errors/errors.ts';
import type { ResponseUsage } from '../../protocol/responses.ts';

/** What one response cost: for whoever adds up. No content. */
export interface ResponseReport {
  status: 'completed' | 'incomplete' | 'failed';
  /** The model that was asked for, as the provider knows it. */
  model: string;
  /** The model that the provider says has answered; plans serve some ids by another model. */
  servedModel: string | undefined;
  /** Absent: there was no answer. Estimated where `diagnostics` has `usage-estimated`. */
  usage: ResponseUsage | undefined;
  /** How often each thing was dropped, degraded or repaired. */
  diagnostics: Readonly<Record<string, number>>;
  durationMs: number;
  /** The turn that the request belongs to, where the client says so (codex from 0.120 on). */
  turnId: string | undefined;
  /** The thread that a person can take up again, where the client says so; absent for those of sub-agents and reviews. */
  threadId: string | undefined;
  /** Why there was no answer, with the provider's own status, which codex is not told. */
  error?: CodexGlmError;
}
