import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findModel, findProvider } from '../../src/catalog/catalog.ts';
import { glmViolations } from '../../src/demo/glm-rules.ts';
import type { ChatRequest } from '../../src/protocol/chat.ts';
import type { Diagnostic } from '../../src/translate/diagnostic.ts';
import { parseResponsesRequest } from '../../src/translate/request/parse-request.ts';
import { toChatRequest } from '../../src/translate/request/to-chat-request.ts';

const folder = join(import.meta.dirname, '../../fixtures/requests');
const provider = findProvider('zai');

/** Captures with images are translated for a model that sees them, the rest for the main model. */
function modelFor(file: string) {
  return findModel(provider, /image/.test(file) ? 'glm-5.3-flash' : 'glm-5.3');
}

for (const version of readdirSync(folder)) {
  describe(`requests of codex ${version}`, () => {
    const files = readdirSync(join(folder, version)).filter((file) => file.endsWith('.responses.json'));
    test.each(files)('%s', async (file) => {
      const body: unknown = JSON.parse(readFileSync(join(folder, version, file), 'utf8'));
      const target = { model: modelFor(file), rules: provider.rules };
      const { chat, diagnostics } = toChatRequest(parseResponsesRequest(body), target);
      expect(glmViolations(chat)).toEqual([]);
      const golden = join(folder, version, file.replace('.responses.json', '.chat.json'));
      await expect(render(chat, diagnostics)).toMatchFileSnapshot(golden);
    });
  });
}

/** One message and one tool a line, so that a change shows where it is. */
function render(chat: ChatRequest, diagnostics: Diagnostic[]): string {
  const lines = Object.entries(chat).map(([key, value]) => `  ${JSON.stringify(key)}: ${renderValue(value)}`);
  const notes = diagnostics.map(({ code, detail }) => `${code} ${detail}`);
  return `{\n${[...lines, `  "//": ${renderValue(notes)}`].join(',\n')}\n}\n`;
}

function renderValue(value: unknown): string {
  if (!Array.isArray(value) || value.length === 0) return JSON.stringify(value);
  return `[\n${value.map((element) => `    ${JSON.stringify(element)}`).join(',\n')}\n  ]`;
}
