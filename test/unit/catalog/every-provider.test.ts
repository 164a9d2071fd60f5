import { describe, expect, test } from 'vitest';
import { findModel, providers } from '../../../src/catalog/catalog.ts';
import { effortScale, type ModelDescription, type ProviderDescription } from '../../../src/catalog/provider.ts';
import { codexModelCatalog } from '../../../src/codex/model-catalog.ts';
import { newestTested } from '../../../src/codex/versions.ts';
import type { ChatRequest } from '../../../src/protocol/chat.ts';
import { sealReasoning, type ReasoningField } from '../../../src/translate/reasoning-envelope.ts';
import { toChatRequest } from '../../../src/translate/request/to-chat-request.ts';
import { knownFields, vendorRules } from './vendor-rules.ts';

const named = providers.map((provider) => [provider.id, provider] as const);
const namedModels = providers.flatMap((provider) => {
  // a server that lists its models itself is tried with the placeholder
  const models = provider.models.length > 0 ? provider.models : [findModel(provider, provider.mainModel)];
  return models.map((model) => [`${provider.id} ${model.id}`, provider, model] as const);
});

test('no provider id is used twice', () => {
  expect(new Set(providers.map(({ id }) => id)).size).toBe(providers.length);
});

describe.each(named)('%s', (_, provider) => {
  test('has addresses without credentials: https, or http on this machine', () => {
    const { baseUrl, responsesBaseUrl, inProcess } = provider;
    if (baseUrl === '') expect(inProcess || provider.id === 'openai-compatible').toBe(true);
    for (const address of [baseUrl, responsesBaseUrl]) {
      if (!address) continue;
      const { protocol, hostname, username, password, search, hash } = new URL(address);
      expect(protocol).toBe(hostname === '127.0.0.1' ? 'http:' : 'https:');
      expect([username, password, search, hash].join('')).toBe('');
      expect(address).not.toMatch(/\/$|\/(chat\/completions|responses)$/);
    }
  });

  test('names its variables in the usual way, and a key for every public address', () => {
    for (const name of [...provider.keyVariables, ...provider.baseUrlVariables])
      expect(name).toMatch(/^[A-Z][A-Z0-9_]+$/);
    if (provider.baseUrl.startsWith('https:')) expect(provider.keyVariables).not.toEqual([]);
  });

  test('has its main and fast model, or learns its models from the server', () => {
    const ids = provider.models.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    if (provider.liveModels && ids.length === 0) return;
    expect(ids).toEqual(expect.arrayContaining([provider.mainModel, provider.fastModel]));
  });

  test('gives codex a complete catalog, main model first, legacy models last, retired ones not at all', () => {
    const { models } = codexModelCatalog(provider, [], newestTested);
    expect(models[0]?.slug).toBe(provider.mainModel);
    expect(models.map(({ priority }) => priority)).toEqual(models.map((_, index) => index + 1));
    const ages = models.map(({ slug }) => findModel(provider, slug).status);
    expect(ages).not.toContain('retired');
    expect(ages.slice(ages.indexOf('legacy')).every((age) => age === 'legacy') || !ages.includes('legacy')).toBe(true);
    for (const entry of models) {
      const model = findModel(provider, entry.slug);
      // what codex 0.107 to 0.169 refuse to start without, or warn about
      for (const field of requiredByCodex) expect(entry[field], field).not.toBeUndefined();
      expect(entry).toMatchObject({
        apply_patch_tool_type: 'freeform',
        context_window: model.contextTokens,
        input_modalities: model.inputModalities,
        default_reasoning_level: model.reasoning?.default ?? null,
      });
      expect(entry['auto_compact_token_limit']).toBeLessThan(model.contextTokens);
    }
  });
});

const requiredByCodex = (
  'slug display_name supported_reasoning_levels shell_type visibility supported_in_api priority support_verbosity ' +
  'truncation_policy experimental_supported_tools base_instructions'
).split(' ');

describe.each(namedModels)('%s', (_, provider, model) => {
  test('has sane limits, prices and levels', () => {
    const { contextTokens, maxOutputTokens, inputModalities, reasoning, price } = model;
    expect(contextTokens).toBeGreaterThanOrEqual(32_768);
    expect(maxOutputTokens).toBeGreaterThan(0);
    expect(maxOutputTokens).toBeLessThanOrEqual(contextTokens);
    expect(inputModalities[0]).toBe('text');
    for (const amount of price ? [price.input, price.cachedInput ?? 0, price.output] : [])
      expect(amount).toBeGreaterThanOrEqual(0);
    expect(price?.cachedInput ?? 0).toBeLessThanOrEqual(price?.input ?? 0);
    if (!reasoning) return;
    const { efforts, words, aliases, budgets, control } = reasoning;
    const ranks = efforts.map((effort) => effortScale.indexOf(effort));
    expect(ranks).toEqual([...new Set(ranks)].sort((a, b) => a - b));
    expect(efforts).toContain(reasoning.default);
    for (const effort of Object.keys(words ?? {})) expect(efforts).toContain(effort);
    for (const [wanted, effort] of Object.entries(aliases ?? {})) {
      expect(efforts).toContain(effort);
      expect(efforts).not.toContain(wanted);
    }
    if (control !== 'thinking_budget') return;
    for (const effort of efforts.filter((each) => each !== 'none')) expect(budgets?.[effort]).toBeGreaterThan(0);
  });

  test.each([undefined, ...effortScale])('gets requests that it accepts, at effort %s', (effort) => {
    const chat = translate(provider, model, effort);
    for (const { applies, check } of vendorRules) if (applies(provider, model)) check(chat, model);
    expect(chat).toMatchObject({ model: model.id, stream: true });
    expect(knownFields(provider)).toEqual(expect.arrayContaining(Object.keys(chat)));
  });
});

const image = { type: 'input_image', image_url: 'data:image/png;base64,iVBORw0KGgo=' };
const call = (call_id: string, name: string) => ({ type: 'function_call', call_id, name, arguments: '{"a":"b"}' });
const seal = (family: string, field: ReasoningField, text: string) => ({
  type: 'reasoning',
  encrypted_content: sealReasoning({ family, field, text }),
});

/** Everything that rules are about, in one request. */
function translate(provider: ProviderDescription, model: ModelDescription, effort: string | undefined): ChatRequest {
  const schema = { type: 'object', properties: { a: { anyOf: [{ type: 'string' }, { type: 'null' }] } } };
  const request = {
    model: model.id,
    instructions: 'You are a coding agent.',
    input: [
      { role: 'developer', content: 'permissions' },
      { role: 'user', content: [{ type: 'input_text', text: 'See:' }, image] },
      seal(model.family, 'reasoning_content', 'first thought'),
      call('call_of_another_length_1', 'run'),
      call('call_of_another_length_2', 'add'),
      { type: 'function_call_output', call_id: 'call_of_another_length_1', output: 'done' },
      { type: 'function_call_output', call_id: 'call_of_another_length_2', output: [image] },
      { role: 'developer', content: 'model switched' },
      seal(model.family, 'reasoning_details', '[{"type":"reasoning.text","text":"second thought"}]'),
      { type: 'custom_tool_call', call_id: 'call_1', name: 'apply_patch', input: '*** Begin Patch' },
      { type: 'custom_tool_call_output', call_id: 'call_1', output: 'done' },
      seal('of-another-family', 'reasoning_content', 'not for you'),
      call('call_1', 'run'),
    ],
    tools: [
      { type: 'function', name: 'run', parameters: schema },
      { type: 'custom', name: 'apply_patch', description: 'Patch', format: { type: 'grammar' } },
      { type: 'namespace', name: 'mcp__tiny', tools: [{ type: 'function', name: 'add', parameters: schema }] },
      { type: 'web_search' },
    ],
    tool_choice: 'required',
    parallel_tool_calls: true,
    reasoning: effort === undefined ? null : { effort, summary: 'auto' },
    text: { format: { type: 'json_schema', name: 'answer', schema }, verbosity: 'low' },
    temperature: 1.234,
    top_p: 0,
    stop: ['a', 'b', 'c', 'd', 'e'],
    max_output_tokens: 10_000_000,
    store: false,
    prompt_cache_key: 'thread-1',
    metadata: { a: 'b' },
  } as const;
  return toChatRequest(request, { model, rules: provider.rules }).chat;
}
