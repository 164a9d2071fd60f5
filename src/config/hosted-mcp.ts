import { providers } from '../catalog/catalog.ts';
import type { ProviderDescription } from '../catalog/provider.ts';
import { UsageError } from '../errors/errors.ts';
import type { Found } from './lookup.ts';
import { orList } from './setting-table.ts';

/**
 * The MCP servers of the provider that codex gets, by name: those of the setting that it hosts. `all` stands for each.
 * @throws UsageError BAD_SETTING for a name that no provider knows
 */
export function hostedMcpServers(
  found: Found<readonly string[]> | undefined,
  { mcpServers = {} }: ProviderDescription,
): readonly string[] {
  const wanted = found?.value ?? [];
  const hosted = Object.keys(mcpServers);
  const known = new Set(providers.flatMap((provider) => Object.keys(provider.mcpServers ?? {})));
  const unknown = wanted.find((name) => name !== 'all' && !known.has(name) && !hosted.includes(name));
  if (unknown !== undefined) {
    throw new UsageError('BAD_SETTING', `${found?.origin}: no provider hosts an MCP server "${unknown}".`, {
      hint: `It can be all, or some of ${orList([...known])}.`,
    });
  }
  return wanted.includes('all') ? hosted : hosted.filter((name) => wanted.includes(name));
}
