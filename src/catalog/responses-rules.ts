/**
 * What a provider's own Responses endpoint takes, beyond the rules that hold for both of its wires. The defaults are
 * what every such server is known to take: functions, text, images, stateless requests.
 */
export interface ResponsesRules {
  /** Takes `apply_patch` as the freeform tool that codex declares; everywhere else it becomes a function with one field. */
  freeformPatch?: boolean;
  /** Refuses a call that is not directly followed by its own output: parallel calls are sent as if made one by one. */
  pairedCalls?: boolean;
  /** Gives its thinking only sealed, and only when `include` asks for `reasoning.encrypted_content`. */
  encryptedReasoning?: boolean;
  /** Takes `reasoning.summary`, and gives readable thinking only when it is asked for. */
  reasoningSummary?: boolean;
  /** Refuses or forgets earlier reasoning items: they are left out. */
  withoutReasoningEcho?: boolean;
}

/** Rules of an endpoint about which nothing is known. */
export const defaultResponsesRules: ResponsesRules = {};
