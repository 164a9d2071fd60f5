import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { expect, test } from 'vitest';
import { findCodex } from '../../../src/launch/find-codex.ts';
import type {
  AppServerMethod,
  AppServerMethods,
  ThreadItem,
  TurnNotificationMethod,
} from '../../../src/protocol/app-server.ts';
import { answerServerRequest } from '../../../src/reverse/approvals.ts';
import { testPlace } from '../../helpers/test-place.ts';

type Schema = {
  properties?: Record<string, Schema>;
  $ref?: string;
  enum?: string[];
  oneOf?: Schema[];
  anyOf?: Schema[];
  type?: unknown;
};
type Document = { definitions: Record<string, Schema>; oneOf: Schema[] };

/** Each field of every request that we make, once. */
const samples = {
  initialize: {
    clientInfo: { name: 'codex-glm', title: 'codex-glm', version: '1' },
    capabilities: { experimentalApi: true, requestAttestation: false },
  },
  'config/read': { cwd: '/' },
  'model/list': { cursor: 'x' },
  'thread/start': {
    cwd: '/',
    model: 'm',
    approvalPolicy: 'never',
    sandbox: 'read-only',
    config: { web_search: 'disabled' },
    developerInstructions: 'd',
    ephemeral: true,
  },
  'thread/resume': {
    threadId: 't',
    excludeTurns: true,
    cwd: '/',
    model: 'm',
    approvalPolicy: 'on-request',
    sandbox: 'danger-full-access',
    config: {},
  },
  'thread/list': { limit: 1, cwd: '/', sortKey: 'updated_at' },
  'thread/inject_items': { threadId: 't', items: [{}] },
  'thread/backgroundTerminals/clean': { threadId: 't' },
  'thread/unsubscribe': { threadId: 't' },
  'turn/start': {
    threadId: 't',
    input: [
      { type: 'text', text: 'x' },
      { type: 'image', url: 'data:' },
    ],
    model: 'm',
    effort: 'low',
    cwd: '/',
    sandboxPolicy: {
      type: 'workspaceWrite',
      writableRoots: [],
      networkAccess: false,
      excludeTmpdirEnvVar: false,
      excludeSlashTmp: false,
    },
    outputSchema: {},
  },
  'turn/interrupt': { threadId: 't', turnId: 'u' },
} satisfies { [M in AppServerMethod]: AppServerMethods[M]['params'] };

const notificationFields: Record<TurnNotificationMethod, string[]> = {
  'turn/started': ['threadId', 'turn'],
  'turn/completed': ['threadId', 'turn'],
  'item/started': ['threadId', 'turnId', 'item'],
  'item/completed': ['threadId', 'turnId', 'item'],
  'item/agentMessage/delta': ['threadId', 'turnId', 'itemId', 'delta'],
  'item/reasoning/summaryTextDelta': ['threadId', 'turnId', 'itemId', 'delta'],
  'item/reasoning/textDelta': ['threadId', 'turnId', 'itemId', 'delta'],
  'thread/tokenUsage/updated': ['threadId', 'turnId', 'tokenUsage'],
};

const itemFields: Record<ThreadItem['type'], string[]> = {
  agentMessage: ['id', 'text'],
  reasoning: ['id', 'summary', 'content'],
  commandExecution: ['id', 'command', 'status', 'exitCode'],
  fileChange: ['id', 'changes', 'status'],
  mcpToolCall: ['id', 'server', 'tool', 'status'],
  webSearch: ['id', 'query'],
};

function refer(document: Document, schema: Schema | undefined): Schema {
  return schema?.$ref ? (document.definitions[schema.$ref.replace('#/definitions/', '')] ?? {}) : (schema ?? {});
}

function paramsOf(document: Document, method: string): Schema {
  const found = document.oneOf.find(({ properties }) => properties?.['method']?.enum?.[0] === method);
  return refer(document, found?.properties?.['params']);
}

test('what is sent, read and answered is in the schema that codex generates', async () => {
  const place = await testPlace();
  const codex = findCodex({ environment: place.environment });
  const folder = join(place.tempFolder, 'schema');
  execFileSync(codex.executable, ['app-server', 'generate-json-schema', '--experimental', '--out', folder], {
    env: { ...place.environment, CODEX_HOME: place.userHome },
    stdio: 'pipe',
  });
  const read = (name: string) => JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as Document;
  const ajv = new Ajv({ strict: false, validateFormats: false });
  // compiling the schema of all requests takes the better part of a second
  const validators = new Map<string, ValidateFunction>();
  const problems = (name: string, value: unknown) => {
    const validate = validators.get(name) ?? ajv.compile(read(name));
    validators.set(name, validate);
    return validate(value) ? [] : [name, ...(validate.errors ?? [])];
  };

  const requests = read('ClientRequest');
  for (const [method, params] of Object.entries(samples)) {
    expect(problems('ClientRequest', { id: 1, method, params }), method).toEqual([]);
    expect(Object.keys(paramsOf(requests, method).properties ?? {}), method).toEqual(
      expect.arrayContaining(Object.keys(params)),
    );
  }

  const notifications = read('ServerNotification');
  for (const [method, fields] of Object.entries(notificationFields)) {
    expect(Object.keys(paramsOf(notifications, method).properties ?? {}), method).toEqual(
      expect.arrayContaining(fields),
    );
  }
  const items = notifications.definitions['ThreadItem']?.oneOf ?? [];
  for (const [type, fields] of Object.entries(itemFields)) {
    const item = items.find(({ properties }) => properties?.['type']?.enum?.[0] === type);
    expect(Object.keys(item?.properties ?? {}), type).toEqual(expect.arrayContaining(fields));
  }

  const command = { command: "/bin/bash -lc 'npm test'" };
  for (const [method, name] of [
    ['item/commandExecution/requestApproval', 'CommandExecutionRequestApprovalResponse'],
    ['item/fileChange/requestApproval', 'FileChangeRequestApprovalResponse'],
    ['item/permissions/requestApproval', 'PermissionsRequestApprovalResponse'],
    ['item/tool/requestUserInput', 'ToolRequestUserInputResponse'],
    ['mcpServer/elicitation/request', 'McpServerElicitationRequestResponse'],
  ] as const) {
    for (const rules of [[], ['npm test', 'file-changes']]) {
      expect(problems(name, answerServerRequest({ method, params: command }, rules)), method).toEqual([]);
    }
  }
});
