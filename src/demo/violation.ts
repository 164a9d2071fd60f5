/** One reason for which GLM would refuse a chat request. */
export interface GlmViolation {
  /** HTTP status of the refusal. */
  status: number;
  /** GLM's business code; a string on its wire. */
  code: string;
  message: string;
}

/** Code 1214: a parameter, the order of messages or a role is wrong. */
export function illegal(what: string): GlmViolation {
  return { status: 400, code: '1214', message: `${what}. Please check the documentation.` };
}

/** Code 1210: the value of a parameter is wrong. */
export function badParameter(what: string): GlmViolation {
  return { status: 400, code: '1210', message: `API call parameters are incorrect: ${what}` };
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
