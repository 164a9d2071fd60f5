import { expect, test } from 'vitest';
import { chooseModel, modelList } from '../../../../src/reverse/turn/model-choice.ts';
import type { AppServerModel } from '../../../../src/protocol/app-server.ts';
import { splitModelName } from '../../../../src/translate/reverse/model-name.ts';
import { findSessionId } from '../../../../src/translate/reverse/session-id.ts';
import { cutShort, turnFailure } from '../../../../src/translate/reverse/turn-failure.ts';

test.each([
  ['glm-5.3:high', { model: 'glm-5.3', effort: 'high' }],
  ['qwen3.8:27b', { model: 'qwen3.8:27b', effort: undefined }],
  ['qwen3.8:27b:LOW', { model: 'qwen3.8:27b', effort: 'low' }],
  [':high', { model: ':high', effort: undefined }],
  [undefined, { model: undefined, effort: undefined }],
])('%s is %j', (name, choice) => {
  expect(splitModelName(name)).toEqual(choice);
});

const models = { models: [entry('main', 'max'), entry('odd:high', 'low')], model: 'main', effort: undefined };
const resolveName = (name: string) => (name === 'gpt-4o' ? 'main' : name);

function entry(model: string, defaultReasoningEffort: string): AppServerModel {
  return {
    model,
    displayName: model,
    hidden: false,
    isDefault: false,
    supportedReasoningEfforts: [],
    defaultReasoningEffort,
  };
}

test.each([
  [
    { model: undefined, effort: undefined },
    { model: 'main', effort: 'max' },
  ],
  [
    { model: 'gpt-4o', effort: undefined },
    { model: 'main', effort: 'max' },
  ],
  [
    { model: 'main:low', effort: undefined },
    { model: 'main', effort: 'low' },
  ],
  [
    { model: 'main:low', effort: 'high' },
    { model: 'main', effort: 'high' },
  ],
  [
    { model: 'odd:high', effort: undefined },
    { model: 'odd:high', effort: 'low' },
  ],
  [
    { model: 'new', effort: undefined },
    { model: 'new', effort: undefined },
  ],
])('%j becomes %j', (request, choice) => {
  expect(chooseModel(request, models, { model: undefined, effort: undefined }, resolveName)).toEqual(choice);
});

test('the defaults of the operator stand behind the request', () => {
  const defaults = { model: 'odd:high', effort: 'medium' };
  expect(chooseModel({ model: undefined, effort: undefined }, models, defaults, resolveName)).toEqual(defaults);
  expect(() => chooseModel({ model: 'main', effort: 'hard' }, models, defaults, resolveName)).toThrow(
    /no reasoning effort/,
  );
});

test("a session's id is looked for in the order of CodexBridge", () => {
  const body: Record<string, unknown> = { session_id: '1', conversation_id: '2', thread_id: '3', user: '4' };
  const headers: Record<string, string> = {
    'x-session-id': '5',
    'session-id': '6',
    'x-conversation-id': '7',
    'x-thread-id': '8',
    'x-user-id': '9',
  };
  const found: (string | undefined)[] = [];
  for (const name of Object.keys(body)) {
    found.push(findSessionId(body, headers));
    body[name] = ' ';
  }
  for (const name of Object.keys(headers)) {
    found.push(findSessionId(body, headers));
    delete headers[name];
  }
  expect([...found, findSessionId({ user: 10 }, {}), findSessionId({ user: {} }, {})]).toEqual([
    ...'123456789',
    '10',
    undefined,
  ]);
});

test.each([
  ['rateLimitExceeded', 'PROVIDER_RATE_LIMIT', undefined],
  ['contextWindowExceeded', 'PROVIDER_CONTEXT_LENGTH', undefined],
  [{ responseStreamDisconnected: { httpStatusCode: 503 } }, 'PROVIDER_STREAM_CUT', 503],
  ['other', 'PROVIDER_FAILED', undefined],
  [null, 'PROVIDER_FAILED', undefined],
])('codex calls it %j: %s', (codexErrorInfo, code, status) => {
  expect(turnFailure({ message: 'words', codexErrorInfo })).toMatchObject({ code, status, message: 'words' });
});

test.each([
  ['Incomplete response returned, reason: max_output_tokens', 'length'],
  ['Incomplete response returned, reason: content_filter', 'content_filter'],
  [
    `The provider's content filter stopped the answer (finish_reason "sensitive"). Say it differently.`,
    'content_filter',
  ],
  ['stream disconnected before completion', undefined],
])('%s: finish_reason %s', (message, expected) => {
  expect(cutShort({ message, codexErrorInfo: null })).toBe(expected);
});

function ids(list: ReturnType<typeof modelList>): string[] {
  return (list.data as { id: string }[]).map(({ id }) => id);
}

test('the defaults name an entry of the list', () => {
  const efforts = [{ reasoningEffort: 'low' }, { reasoningEffort: 'max' }];
  const directory = { ...models, models: [{ ...entry('main', 'max'), supportedReasoningEfforts: efforts }] };
  const none = { model: undefined, effort: undefined };
  const all = modelList(directory, none, true);
  expect(ids(all)).toEqual(['main', 'main:low', 'main:max']);
  expect(all.defaults).toEqual({ model: 'main:max', reasoning_effort: 'max' });
  const one = modelList(directory, none, false);
  expect(ids(one)).toEqual(['main']);
  expect(one.defaults).toEqual({ model: 'main', reasoning_effort: 'max' });
  // an effort that the model does not list
  expect(modelList(directory, { ...none, effort: 'medium' }, true).defaults.model).toBe('main');
});
