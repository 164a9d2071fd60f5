import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { findCodex } from '../../../src/launch/binary/find-codex.ts';
import type {
  AppServerMethod,
  ServerAnswers,
  ThreadItem,
  TurnNotificationMethod,
} from '../../../src/protocol/app-server.ts';
import { repositoryRoot, testPlace } from '../../helpers/test-place.ts';

/** codex's name for the result of each request that we make. */
const results: Record<AppServerMethod, string> = {
  initialize: 'InitializeResponse',
  'config/read': 'v2/ConfigReadResponse',
  'model/list': 'v2/ModelListResponse',
  'thread/start': 'v2/ThreadStartResponse',
  'thread/resume': 'v2/ThreadResumeResponse',
  'thread/list': 'v2/ThreadListResponse',
  'thread/inject_items': 'v2/ThreadInjectItemsResponse',
  'thread/backgroundTerminals/clean': 'v2/ThreadBackgroundTerminalsCleanResponse',
  'thread/unsubscribe': 'v2/ThreadUnsubscribeResponse',
  'turn/start': 'v2/TurnStartResponse',
  'turn/interrupt': 'v2/TurnInterruptResponse',
};

const answers: Record<keyof ServerAnswers, string> = {
  'item/commandExecution/requestApproval': 'v2/CommandExecutionRequestApprovalResponse',
  'item/fileChange/requestApproval': 'v2/FileChangeRequestApprovalResponse',
  'item/permissions/requestApproval': 'v2/PermissionsRequestApprovalResponse',
  'item/tool/requestUserInput': 'v2/ToolRequestUserInputResponse',
  'mcpServer/elicitation/request': 'v2/McpServerElicitationRequestResponse',
};

const notifications = Object.keys({
  'turn/started': 0,
  'turn/completed': 0,
  'item/started': 0,
  'item/completed': 0,
  'item/agentMessage/delta': 0,
  'item/reasoning/summaryTextDelta': 0,
  'item/reasoning/textDelta': 0,
  error: 0,
  'thread/tokenUsage/updated': 0,
} satisfies Record<TurnNotificationMethod, 0>);

const items = Object.keys({
  agentMessage: 0,
  reasoning: 0,
  commandExecution: 0,
  fileChange: 0,
  mcpToolCall: 0,
  webSearch: 0,
} satisfies Record<ThreadItem['type'], 0>);

function importsOf(names: Record<string, string>, prefix: string): string[] {
  return Object.values(names).map(
    (path) => `import type { ${baseName(path)} as ${prefix}${baseName(path)} } from './types/${path}';`,
  );
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** What we send must be what codex takes, and what codex sends what we read. One line for each claim. */
function claims(protocol: string): string {
  return [
    `import type * as Ours from '${protocol}';`,
    "import type { ClientRequest, ServerNotification, ServerRequest } from './types';",
    "import type { ThreadItem } from './types/v2';",
    ...importsOf(results, 'R_'),
    ...importsOf(answers, 'A_'),
    'type Fits<Sent extends Taken, Taken> = [Sent, Taken];',
    // what we leave open is JSON of any form
    'type Loose<T> = unknown extends T ? any : T extends object ? { [K in keyof T]: Loose<T[K]> } : T;',
    'type Params<U, M> = U extends { method: M; params: infer P } ? P : never;',
    'type Item<U, T> = Extract<U, { type: T }>;',
    // of the many items some are read; each of them is claimed below
    "type Known<P> = P extends { item: unknown } ? Omit<P, 'item'> : P;",
    ...Object.entries(results).flatMap(([method, path], n) => [
      `export type Sent${n} = Fits<Loose<Ours.AppServerMethods['${method}']['params']>, NonNullable<Params<ClientRequest, '${method}'>>>;`,
      // a field that codex does not know would be ignored in silence
      `export type Named${n} = Fits<keyof Ours.AppServerMethods['${method}']['params'], keyof NonNullable<Params<ClientRequest, '${method}'>>>;`,
      `export type Result${n} = Fits<R_${baseName(path)}, Ours.AppServerMethods['${method}']['result']>;`,
    ]),
    ...Object.entries(answers).flatMap(([method, path], n) => [
      `export type Asked${n} = Fits<'${method}', ServerRequest['method']>;`,
      `export type Answer${n} = Fits<Ours.ServerAnswers['${method}'], A_${baseName(path)}>;`,
    ]),
    ...notifications.flatMap((method, n) => [
      `export type Told${n} = Fits<'${method}', ServerNotification['method']>;`,
      `export type Read${n} = Fits<Known<Params<ServerNotification, '${method}'>>, Known<Params<Ours.TurnNotification, '${method}'>>>;`,
    ]),
    ...items.flatMap((type, n) => [
      `export type Kind${n} = Fits<'${type}', ThreadItem['type']>;`,
      `export type Item${n} = Fits<Item<ThreadItem, '${type}'>, Item<Ours.ThreadItem, '${type}'>>;`,
    ]),
    '',
  ].join('\n');
}

/** The compiler's complaints. */
async function check(folder: string, source: string): Promise<string> {
  const file = join(folder, 'claims.ts');
  await writeFile(file, source);
  const flags =
    '--noEmit --strict --skipLibCheck --allowImportingTsExtensions --types node --lib es2023 --target es2023';
  const args = [...flags.split(' '), '--module', 'preserve', '--moduleResolution', 'bundler', '--ignoreConfig', file];
  const tsc = join(repositoryRoot, 'node_modules/typescript/bin/tsc');
  return promisify(execFile)(process.execPath, [tsc, ...args]).then(
    () => '',
    (error: { stdout: string }) => error.stdout,
  );
}

test('what is sent, read and answered has the types that the installed codex generates', async () => {
  const place = await testPlace();
  const codex = findCodex({ environment: place.environment });
  const types = join(place.tempFolder, 'types');
  await promisify(execFile)(codex.executable, ['app-server', 'generate-ts', '--experimental', '--out', types], {
    env: { ...place.environment, CODEX_HOME: place.userHome },
  });
  const protocol = join(repositoryRoot, 'src/protocol/app-server.ts');
  const source = claims(protocol);
  expect(await check(place.tempFolder, source)).toBe('');
  // the same claims about types that are not codex's
  const wrong = await check(
    place.tempFolder,
    source.replace(/^import type \{ ThreadItem .*$/m, "type ThreadItem = { type: 'agentMessage'; id: number };"),
  );
  expect(wrong).toMatch(/claims\.ts.*error TS2344/);
}, 120_000);
