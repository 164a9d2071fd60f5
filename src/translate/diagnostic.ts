/** Something of a request or answer that was dropped, degraded or repaired on the way. Never an error. */
export interface Diagnostic {
  /** Stable, for counting: "tool-dropped", "call-without-output". */
  code: DiagnosticCode;
  /** Names only, never content. */
  detail: string;
}

export type DiagnosticCode =
  // request
  | 'item-dropped'
  | 'part-dropped'
  | 'tool-dropped'
  | 'tools-cut'
  | 'tool-choice-degraded'
  | 'field-dropped'
  | 'schema-simplified'
  | 'image-replaced'
  | 'reasoning-dropped'
  | 'call-without-output'
  | 'output-without-call'
  | 'call-id-renamed'
  | 'arguments-repaired'
  | 'call-repeated'
  | 'response-format-degraded'
  // stream
  | 'call-arguments-repaired'
  | 'call-dropped'
  | 'call-to-unknown-tool'
  | 'usage-estimated'
  | 'late-delta-ignored';
