import { offeredModels } from '../../catalog/catalog.ts';
import type { ProviderDescription } from '../../catalog/provider.ts';
import { ProviderError, type CodexGlmError } from '../../errors/errors.ts';
import { nearest } from '../../errors/nearest.ts';

/** More would not be read. */
const maxNames = 6;
/** Longer than any name; comparing takes time by its square. */
const maxNameLength = 100;

/**
 * The refusal of a model that the endpoint does not have, with the names of those that the catalog knows there: one
 * that was probably meant, then in the order in which they are offered. Any other error as it is.
 *
 * @param asked the model that was asked for
 */
export function withModelNames(error: CodexGlmError, provider: ProviderDescription, asked: string): CodexGlmError {
  if (!(error instanceof ProviderError) || error.code !== 'PROVIDER_MODEL_NOT_FOUND') return error;
  const ids = provider.models.length === 0 ? [] : offeredModels(provider).map(({ id }) => id);
  const others = ids.filter((id) => id !== asked);
  if (others.length === 0) return error;
  const meant = nearest(asked.slice(0, maxNameLength), others);
  const names = meant === undefined ? others : [meant, ...others.filter((id) => id !== meant)];
  const rest = names.length > maxNames ? ` and ${names.length - maxNames} more` : '';
  const hint = `${error.hint ?? ''} Known ones: ${names.slice(0, maxNames).join(', ')}${rest}.`.trim();
  return new ProviderError(error.code, error.message, { ...error, hint, cause: error.cause });
}
