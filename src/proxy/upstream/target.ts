import { checkBaseUrl } from '../../catalog/base-url.ts';
import { completeProvider, findProvider, type CustomProvider } from '../../catalog/catalog.ts';
import { withPolicy, type ProviderPolicy } from '../../catalog/policy.ts';
import type { ProviderDescription } from '../../catalog/provider.ts';

/**
 * The provider a caller means, with its base URL checked and replaced where one was given.
 *
 * @throws UsageError UNKNOWN_PROVIDER, BAD_BASE_URL.
 */
export function resolveTarget(
  provider: string | CustomProvider | ProviderDescription,
  baseUrl: string | undefined,
  policy: ProviderPolicy,
): ProviderDescription {
  const description = withPolicy(describe(provider), policy);
  return { ...description, baseUrl: checkBaseUrl(baseUrl ?? description.baseUrl, description.name) };
}

function describe(provider: string | CustomProvider | ProviderDescription): ProviderDescription {
  if (typeof provider === 'string') return findProvider(provider);
  return 'keyVariables' in provider ? provider : completeProvider(provider);
}
