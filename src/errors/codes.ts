/** Every stable code that codex-glm shows. Codes never change their meaning; messages may. */
export type ErrorCode =
  // the user can fix it
  | 'USAGE'
  | 'UNKNOWN_PROVIDER'
  | 'NO_API_KEY'
  | 'BAD_BASE_URL'
  | 'BAD_SETTING'
  // codex
  | 'CODEX_NOT_FOUND'
  | 'CODEX_NOT_STARTED'
  | 'CODEX_HOME_UNUSABLE'
  // a request to the proxy
  | 'BAD_REQUEST'
  | 'BODY_TOO_LARGE'
  | 'UNAUTHORIZED'
  | 'FORBIDDEN_ORIGIN'
  | 'NOT_FOUND'
  | 'METHOD_NOT_ALLOWED'
  // the provider
  | 'PROVIDER_UNREACHABLE'
  | 'PROVIDER_TIMEOUT'
  | 'PROVIDER_AUTH'
  | 'PROVIDER_BALANCE'
  | 'PROVIDER_PLAN_LIMIT'
  | 'PROVIDER_RATE_LIMIT'
  | 'PROVIDER_OVERLOADED'
  | 'PROVIDER_CONTEXT_LENGTH'
  | 'PROVIDER_MODEL_NOT_FOUND'
  | 'PROVIDER_REFUSED'
  | 'PROVIDER_CONTENT_FILTER'
  | 'PROVIDER_FAILED'
  | 'PROVIDER_STREAM_CUT'
  | 'PROVIDER_EMPTY_ANSWER'
  | 'PROVIDER_NOT_JSON'
  // us
  | 'PROXY_CLOSED'
  | 'INTERNAL';
