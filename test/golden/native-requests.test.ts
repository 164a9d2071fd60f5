import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findModel, findProvider } from '../../src/catalog/catalog.ts';
import { wireOf } from '../../src/proxy/exchange/provider-wire.ts';
import { parseResponsesRequest } from '../../src/translate/request/parse-request.ts';
import { toChatRequest } from '../../src/translate/request/to-chat-request.ts';
import { nativeViolations } from '../helpers/native-provider.ts';

const folder = join(import.meta.dirname, '../../fixtures/requests');
const goldens = join(import.meta.dirname, '../../fixtures/native/requests');

/** The body that a provider's own Responses endpoint gets for a request of codex. */
function nativeBody(file: string, providerId: string): Record<string, unknown> {
  const request = parseResponsesRequest(JSON.parse(readFileSync(join(folder, file), 'utf8')));
  const wire = wireOf({ ...findProvider(providerId), wire: 'responses' });
  const { provider } = wire;
  const model = wire.modelOf(findModel(provider, provider.mainModel));
  const { chat, tools } = toChatRequest(request, { model, rules: provider.rules });
  return JSON.parse(String(wire.bodyOf(chat, { request, model, tools }))) as Record<string, unknown>;
}

describe.each(['zai-coding', 'deepseek', 'xai', 'volcengine-ark', 'ollama'])('%s refuses no request', (providerId) => {
  test.each(readdirSync(folder))('of codex %s', (version) => {
    const files = readdirSync(join(folder, version)).filter((file) => file.endsWith('.responses.json'));
    expect(files).not.toEqual([]);
    for (const file of files) {
      const body = nativeBody(join(version, file), providerId);
      expect(nativeViolations(body, findProvider(providerId).responsesRules), file).toEqual([]);
    }
  });
});

/** Captures of codex 0.169 that the route changes most. */
const telling = [
  ['zai-coding', '12-apply-patch-custom-result'],
  ['xai', '12-apply-patch-custom-result'],
  ['deepseek', '13-parallel-calls-result'],
  ['zai-coding', '16-mcp-image-result'],
  ['zai-coding', '19-output-schema'],
  ['zai-coding', '32-tool-search-output'],
  ['zai-coding', '33-goal-orphan-output'],
] as const;

test.each(telling)('the body for %s of %s', async (providerId, name) => {
  const body = nativeBody(`0.169.0/${name}.responses.json`, providerId);
  await expect(render(body)).toMatchFileSnapshot(join(goldens, `${providerId}-${name}.json`));
});

/** One item and one tool a line, so that a change shows where it is. */
function render(body: Record<string, unknown>): string {
  const lines = Object.entries(body).map(([key, value]) => {
    const isList = Array.isArray(value) && value.length > 0;
    const text = isList
      ? `[\n${value.map((each) => `    ${JSON.stringify(each)}`).join(',\n')}\n  ]`
      : JSON.stringify(value);
    return `  ${JSON.stringify(key)}: ${text}`;
  });
  return `{\n${lines.join(',\n')}\n}\n`;
}
