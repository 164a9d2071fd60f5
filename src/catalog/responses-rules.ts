/**
 * What a provider's own Responses endpoint takes, beyond the rules that hold for both of its wires. What is absent is
 * not assumed: functions, text, images and stateless requests are what every such server takes.
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
  /** Fields put into every request, over ours of the same name; objects are replaced, not merged. */
  extraBody?: Readonly<Record<string, unknown>>;
}
