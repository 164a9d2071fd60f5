import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProviderDescription } from '../catalog/provider.ts';
import { cleanKey } from '../config/clean-key.ts';
import { firstKey } from '../config/settings.ts';

/** A key that lies about already. */
export interface FoundKey {
  value: string;
  /** For people: the variable's name, or the file's path. */
  origin: string;
  /** It stays where it is found and is found there again by every run. */
  isVariable: boolean;
}

/** Keys of a vendor in the environment, in the providers' order, each once; then one that chelper has stored. */
export function findKeys(
  providers: readonly ProviderDescription[],
  environment: NodeJS.ProcessEnv,
  userHome: string,
): FoundKey[] {
  const found = new Map<string, FoundKey>();
  for (const variable of ['CODEX_GLM_API_KEY', ...providers.flatMap(({ keyVariables }) => keyVariables)]) {
    const key = firstKey(environment, [variable]);
    if (key && !found.has(key.value)) found.set(key.value, { ...key, isVariable: true });
  }
  const isGlm = providers.some(({ quotaPath }) => quotaPath !== undefined);
  const stored = isGlm ? readChelperKey(userHome) : undefined;
  if (stored && !found.has(stored.value)) found.set(stored.value, { ...stored, isVariable: false });
  return [...found.values()];
}

/** What `@z_ai/coding-helper` keeps: a YAML file with the key in a line of its own (docs.z.ai/devpack, 2026). */
function readChelperKey(userHome: string): { value: string; origin: string } | undefined {
  const origin = join(userHome, '.chelper', 'config.yaml');
  let text: string;
  try {
    text = readFileSync(origin, 'utf8');
  } catch {
    return undefined;
  }
  const value = /^api_?key:[ \t]*(?:"([^"\r\n]*)"|'([^'\r\n]*)'|([^\s#]+))/im.exec(text)?.slice(1).find(Boolean);
  return value ? { value: cleanKey(value), origin } : undefined;
}
