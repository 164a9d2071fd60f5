/** What a provider may take, where nobody says otherwise. */
export const defaultTimeouts = {
  connectMs: 15_000,
  /** GLM thinks in silence for minutes. */
  headersMs: 600_000,
  idleMs: 600_000,
} as const;
