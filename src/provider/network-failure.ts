import { ProviderError } from '../errors/errors.ts';

const timeoutCodes = {
  connect: 'ETIMEDOUT',
  headers: 'UND_ERR_HEADERS_TIMEOUT',
  body: 'UND_ERR_BODY_TIMEOUT',
} as const;

/** Something took too long; with the code that undici gives it. */
export class TimeoutError extends Error {
  readonly code: string;

  constructor(what: keyof typeof timeoutCodes) {
    super(`${what} timeout`);
    this.name = 'TimeoutError';
    this.code = timeoutCodes[what];
  }
}

/**
 * A request that got no answer as an error. Codes are node's (`ECONNREFUSED`, …), OpenSSL's and undici's (`UND_ERR_…`).
 */
export function networkFailure(error: unknown, provider: string, origin: string): ProviderError {
  const code = networkCode(error);
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT')
    return new ProviderError(
      'PROVIDER_TIMEOUT',
      `${provider} could not be reached at ${origin}: connecting timed out.`,
      {
        retryable: true,
        hint: checkNetwork,
        cause: error,
      },
    );
  if (code === 'UND_ERR_HEADERS_TIMEOUT')
    return new ProviderError('PROVIDER_TIMEOUT', `${provider} at ${origin} took the request but did not answer it.`, {
      hint: 'Try again; if it happens often, lower the reasoning effort.',
      cause: error,
    });
  const reason = reasons[code ?? ''] ?? (error instanceof Error ? error.message : String(error));
  return new ProviderError(
    'PROVIDER_UNREACHABLE',
    `${provider} could not be reached at ${origin}: ${reason}${code ? ` (${code})` : ''}.`,
    { retryable: !isCertificateProblem(code), hint: checkNetwork, cause: error },
  );
}

/** A body that broke off: reset, closed early, or silent for too long. */
export function cutFailure(error: unknown, provider: string): ProviderError {
  const code = networkCode(error);
  const reason =
    code === 'UND_ERR_BODY_TIMEOUT' ? 'nothing came for too long' : (reasons[code ?? ''] ?? 'the connection broke');
  return new ProviderError('PROVIDER_STREAM_CUT', `${provider} did not finish its answer: ${reason}.`, {
    retryable: true,
    cause: error,
  });
}

const checkNetwork = 'Check the network, the base URL and the HTTPS_PROXY and NO_PROXY variables.';

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was closed',
  UND_ERR_SOCKET: 'the connection was closed',
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the host name could not be looked up',
  HPE_HEADER_OVERFLOW: 'its headers are too large',
  EHOSTUNREACH: 'the host is unreachable',
  ENETUNREACH: 'the network is unreachable',
};

function isCertificateProblem(code: string | undefined): boolean {
  return code !== undefined && /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS|ERR_SSL/.test(code);
}

/**
 * What node, OpenSSL or undici calls it; undefined for anything else. Node collects the failures of several addresses in an
 * AggregateError.
 */
export function networkCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { code, errors } = error as { code?: unknown; errors?: readonly unknown[] };
  if (typeof code === 'string') return code;
  return Array.isArray(errors) && errors.length > 0 ? networkCode(errors[0]) : undefined;
}
