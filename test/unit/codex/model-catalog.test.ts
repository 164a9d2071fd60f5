import { expect, test } from 'vitest';
import { findProvider, providers } from '../../../src/catalog/catalog.ts';
import { codexModelCatalog } from '../../../src/codex/model-catalog.ts';

interface Entry {
  default_reasoning_level: string | null;
  supported_reasoning_levels: { effort: string }[];
}

function levels(providerId: string, version: string | undefined): string[] {
  const [main] = codexModelCatalog(findProvider(providerId), [], version).models as unknown as Entry[];
  return [main?.default_reasoning_level ?? '', ...(main?.supported_reasoning_levels ?? []).map(({ effort }) => effort)];
}

test.each([
  // any version must be able to read it
  [undefined, ['xhigh', 'low', 'high', 'xhigh']],
  ['0.169.0', ['max', 'low', 'high', 'max']],
  ['0.138.0', ['max', 'low', 'high', 'max']],
  ['0.137.0', ['xhigh', 'low', 'high', 'xhigh']],
])('codex %s gets the thinking levels of GLM 5.3 in names that it knows', (version, expected) => {
  expect(levels('zai', version)).toEqual(expected);
});

test.each(providers.map(({ id }) => id))('no level of %s stands twice for codex 0.137', (id) => {
  for (const entry of codexModelCatalog(findProvider(id), [], '0.137.0').models as unknown as Entry[]) {
    const efforts = entry.supported_reasoning_levels.map(({ effort }) => effort);
    expect(efforts).toEqual([...new Set(efforts)]);
    expect(efforts).not.toContain('max');
  }
});
