import type { ErrorCode } from '../errors/codes.ts';

/** What a provider's error code or HTTP status means, and what a person can do about it. */
export interface FailureMeaning {
  code: ErrorCode;
  /** How often a response's request may be repeated when it ends so. Absent: never, it would not help. */
  retries?: number;
  /** One sentence, imperative or explaining; `resetsAt` is added where the provider's words hold a time. */
  hint?: string;
  /** The row counts only with this HTTP status: another provider gives the code another meaning. */
  onlyStatus?: number;
}

const wrongKey = 'Check the API key: it is missing, wrong or expired.';
/** Z.ai and BigModel do not know each other's keys. */
const wrongGlmKey =
  'Check the API key: it is missing, wrong, expired, or of the other region. codex-glm check tries it on each endpoint.';
const inactive = "Look at the account on the provider's site: it is inactive, locked or unknown.";
const badRequest: FailureMeaning = { code: 'PROVIDER_REFUSED' };
const planLimit: FailureMeaning = {
  code: 'PROVIDER_PLAN_LIMIT',
  hint: "The plan's quota is used up; wait for its reset, or take a pay-as-you-go key.",
};
const policy: FailureMeaning = {
  code: 'PROVIDER_CONTENT_FILTER',
  hint: "The provider's content policy refused this conversation; start a new one or word it differently.",
  // Mistral answers 429 with code 1300 for a rate limit
  onlyStatus: 400,
};

/**
 * GLM's business codes. HTTP 429 alone says nothing there: it stands for rate, balance and plan.
 * Source: docs.z.ai/api-reference/api-code, 2026-10; 1110 to 1120 and 1304 from BigModel's older table.
 */
export const glmCodes: Readonly<Record<string, FailureMeaning>> = {
  '-1': { code: 'PROVIDER_FAILED', retries: 3 },
  '1000': { code: 'PROVIDER_AUTH', hint: wrongGlmKey },
  '1001': { code: 'PROVIDER_AUTH', hint: wrongGlmKey },
  '1002': { code: 'PROVIDER_AUTH', hint: wrongGlmKey },
  '1003': { code: 'PROVIDER_AUTH', hint: wrongGlmKey },
  '1004': { code: 'PROVIDER_AUTH', hint: wrongGlmKey },
  '1005': { code: 'PROVIDER_AUTH', hint: "Complete the two-factor check on the provider's site." },
  '1110': { code: 'PROVIDER_AUTH', hint: inactive },
  '1111': { code: 'PROVIDER_AUTH', hint: inactive },
  '1112': { code: 'PROVIDER_AUTH', hint: inactive },
  '1120': { code: 'PROVIDER_AUTH', hint: inactive },
  '1113': {
    code: 'PROVIDER_BALANCE',
    hint: 'This key has no balance on this endpoint; a Coding Plan key works only on the coding endpoint and a pay-as-you-go key only on the general one. Run codex-glm check to see where it belongs.',
  },
  '1200': { code: 'PROVIDER_FAILED', retries: 3 },
  '1210': badRequest,
  '1211': {
    code: 'PROVIDER_MODEL_NOT_FOUND',
    hint: 'Choose a model that this endpoint offers to your account; codex-glm models lists them.',
  },
  '1212': badRequest,
  '1213': badRequest,
  '1214': badRequest,
  '1215': badRequest,
  '1220': {
    code: 'PROVIDER_REFUSED',
    hint: 'Your account has no permission for this model or endpoint; choose another one.',
  },
  '1221': { code: 'PROVIDER_REFUSED', hint: 'Check the base URL: this endpoint does not exist any more.' },
  '1222': { code: 'PROVIDER_REFUSED', hint: 'Check the base URL: there is no such endpoint.' },
  '1230': { code: 'PROVIDER_FAILED', retries: 3 },
  // tool schemas that it chokes on are simplified before the first request already
  '1234': { code: 'PROVIDER_FAILED', retries: 2 },
  '1261': { code: 'PROVIDER_CONTEXT_LENGTH' },
  '1300': policy,
  '1301': policy,
  '1302': {
    code: 'PROVIDER_RATE_LIMIT',
    retries: 3,
    hint: 'Too many requests run at once on this key; let other sessions finish.',
  },
  '1303': { code: 'PROVIDER_RATE_LIMIT', retries: 3, hint: 'Requests come too fast for this key; wait a little.' },
  '1304': { code: 'PROVIDER_PLAN_LIMIT', hint: "Today's number of calls is used up." },
  '1305': { code: 'PROVIDER_OVERLOADED', retries: 3, hint: 'The model is overloaded; try again in some minutes.' },
  '1308': planLimit,
  '1309': { code: 'PROVIDER_PLAN_LIMIT', hint: 'The Coding Plan has expired; renew it, or use a pay-as-you-go key.' },
  '1310': planLimit,
  '1311': {
    code: 'PROVIDER_PLAN_LIMIT',
    hint: 'Your plan does not include this model; choose another one, such as glm-5.3 or glm-5.3-flash.',
  },
  '1313': {
    code: 'PROVIDER_PLAN_LIMIT',
    hint: "The account broke the plan's fair-use rules; see the provider's site.",
  },
  '1314': planLimit,
  '1315': planLimit,
  '1316': planLimit,
  '1317': planLimit,
  '1318': planLimit,
  '1319': planLimit,
  '1320': planLimit,
  '1321': planLimit,
};

/** MiniMax's `base_resp.status_code`. Source: platform.minimax.io/docs/api-reference/errorcode. */
export const miniMaxCodes: Readonly<Record<string, FailureMeaning>> = {
  '1000': { code: 'PROVIDER_FAILED', retries: 3 },
  '1001': { code: 'PROVIDER_FAILED', retries: 3 },
  '1002': { code: 'PROVIDER_RATE_LIMIT', retries: 3 },
  '1004': { code: 'PROVIDER_AUTH', hint: wrongKey },
  '1008': { code: 'PROVIDER_BALANCE', hint: 'Top up the account.' },
};

/** Codes and types in words, as OpenAI coined them and its imitators use them. Source: OpenAI's error code guide. */
export const wordCodes: Readonly<Record<string, FailureMeaning>> = {
  context_length_exceeded: { code: 'PROVIDER_CONTEXT_LENGTH' },
  insufficient_quota: { code: 'PROVIDER_BALANCE', hint: "Check the account's balance and plan." },
  invalid_api_key: { code: 'PROVIDER_AUTH', hint: wrongKey },
  model_not_found: {
    code: 'PROVIDER_MODEL_NOT_FOUND',
    hint: 'Choose a model that this provider offers; codex-glm models lists them.',
  },
  content_filter: policy,
  invalid_prompt: badRequest,
  rate_limit_exceeded: { code: 'PROVIDER_RATE_LIMIT', retries: 3 },
  slow_down: { code: 'PROVIDER_RATE_LIMIT', retries: 3 },
  server_is_overloaded: { code: 'PROVIDER_OVERLOADED', retries: 3, hint: 'Try again in some minutes.' },
};

/** What is left when no code is known: the HTTP status. Source: RFC 9110, RFC 6585; 529 is Anthropic's "overloaded". */
export function meaningOfStatus(status: number): FailureMeaning {
  switch (status) {
    case 401:
      return { code: 'PROVIDER_AUTH', hint: wrongKey };
    case 402:
      return { code: 'PROVIDER_BALANCE', hint: "Check the account's balance." };
    case 403:
      return { code: 'PROVIDER_AUTH', hint: 'Check that the key may use this model and endpoint.' };
    case 404:
      return { code: 'PROVIDER_REFUSED', hint: 'Check the base URL and the model name.' };
    case 408:
      return { code: 'PROVIDER_FAILED', retries: 3 };
    case 429:
      return { code: 'PROVIDER_RATE_LIMIT', retries: 3, hint: 'Wait a little, then try again.' };
    case 501:
    case 505:
      return { code: 'PROVIDER_REFUSED', hint: 'Check the base URL.' };
    case 503:
    case 529:
      return { code: 'PROVIDER_OVERLOADED', retries: 3, hint: 'Try again in some minutes.' };
    default:
      if (status >= 500) return { code: 'PROVIDER_FAILED', retries: 3, hint: 'Try again in some minutes.' };
      return status >= 300 && status < 400
        ? { code: 'PROVIDER_REFUSED', hint: 'Check the base URL: the server redirects.' }
        : badRequest;
  }
}
