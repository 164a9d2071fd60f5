import { describe, expect, test } from 'vitest';
import { findModel, findProvider } from '../../../src/catalog/catalog.ts';
import { withPolicy, type ProviderPolicy } from '../../../src/catalog/policy.ts';
import { codexModelCatalog } from '../../../src/codex/model-catalog.ts';
import { hasFreshImage } from '../../../src/translate/request/images.ts';
import { toChatRequest } from '../../../src/translate/request/to-chat-request.ts';

const image = { type: 'input_image', image_url: 'data:image/png;base64,AAAA' };
const seen = { role: 'user', content: [{ type: 'input_text', text: 'see' }, image] };

function toolsOf(id: string, policy: ProviderPolicy, tools: unknown[]) {
  const provider = withPolicy(findProvider(id), policy);
  const target = { model: findModel(provider, provider.mainModel), rules: provider.rules };
  const { chat, diagnostics } = toChatRequest({ model: '', input: 'hi', tools }, target);
  return { tools: chat.tools ?? [], dropped: diagnostics.map(({ detail }) => detail) };
}

test('no more than 128 tools are offered to GLM', () => {
  const many = Array.from({ length: 130 }, (_, i) => ({ type: 'function', name: `f${i}`, parameters: {} }));
  const { tools, dropped } = toolsOf('zai', {}, many);
  expect(tools).toHaveLength(128);
  expect(dropped).toEqual(['130 tools, 128 allowed']);
});

describe('web search', () => {
  test('is left out by default', () => {
    expect(toolsOf('zai', {}, [{ type: 'web_search' }])).toEqual({ tools: [], dropped: ['web_search'] });
  });

  test.each([
    ['zai', 'search_pro_jina'],
    ['bigmodel-coding', 'search_pro'],
  ])('of %s is done by the provider when the user wants it, by %s', (id, engine) => {
    const names = ['web_search', 'web_search_2025_08_26', 'web_search_preview', 'web_search_preview_2025_03_11'];
    const { tools } = toolsOf(
      id,
      { webSearch: 'native' },
      names.map((type) => ({ type })),
    );
    const expected = { enable: true, search_engine: engine, search_result: true };
    expect(tools).toEqual([{ type: 'web_search', web_search: expected }]);
  });

  test('is left out where the provider has none', () => {
    expect(toolsOf('deepseek', { webSearch: 'native' }, [{ type: 'web_search' }]).tools).toEqual([]);
  });
});

test('denied tools are never offered, by flat name or beginning', () => {
  const tools = [
    { type: 'function', name: 'exec_command', parameters: {} },
    { type: 'namespace', name: 'multi_agent_v1', tools: [{ type: 'function', name: 'spawn_agent', parameters: {} }] },
    { type: 'custom', name: 'apply_patch' },
  ];
  const { tools: offered, dropped } = toolsOf('zai', { deniedTools: ['multi_agent_v1__*', 'apply_patch'] }, tools);
  expect(offered).toMatchObject([{ function: { name: 'exec_command' } }]);
  expect(dropped).toEqual(['multi_agent_v1__spawn_agent: denied', 'apply_patch: denied']);
});

describe('images for a text-only model', () => {
  const provider = withPolicy(findProvider('zai'), { images: 'route' });

  test('go to the fast model that sees, and codex is told to send them', () => {
    expect(findModel(provider, 'glm-5.3').imagesVia).toBe('glm-5.3-flash');
    const slugs = codexModelCatalog(provider).models;
    expect(slugs.find(({ slug }) => slug === 'glm-5.3')?.['input_modalities']).toEqual(['text', 'image']);
  });

  test('stay away where no model of the provider sees', () => {
    const blind = withPolicy(
      { ...findProvider('zai'), models: [findModel(findProvider('zai'), 'glm-5.2')] },
      { images: 'route' },
    );
    expect(blind.models[0]).not.toHaveProperty('imagesVia');
  });

  test.each([
    ['in the last words of the user', [seen], true],
    [
      'in an output of this turn',
      [
        { role: 'user', content: 'x' },
        { type: 'function_call_output', output: [image] },
      ],
      true,
    ],
    ['before further user messages', [seen, { role: 'user', content: 'go' }], true],
    ['of an earlier turn', [seen, { role: 'assistant', content: 'ok' }, { role: 'user', content: 'go on' }], false],
    ['nowhere', [{ role: 'user', content: 'hi' }], false],
  ])('count when they are %s', (_, input, fresh) => {
    expect(hasFreshImage(input)).toBe(fresh);
  });
});
