import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { ownCommands } from '../../../../src/cli/arguments/command-table.ts';
import { serviceKinds } from '../../../../src/daemon/install.ts';
import { readServeSettings, serveSettings } from '../../../../src/reverse/settings/serve-settings.ts';
import { repositoryRoot } from '../../../helpers/test-place.ts';

test('the defaults are the careful ones', () => {
  expect(readServeSettings({}, {})).toMatchObject({
    host: '127.0.0.1',
    port: 8080,
    maxBodyBytes: 10 * 1024 * 1024,
    sandbox: 'read-only',
    approvalPolicy: 'never',
    networkAccess: false,
    webSearch: false,
    requireSession: false,
    overrides: [],
    imageFolders: [],
  });
});

test("CodexBridge's variables are read, ours win over them, and flags over both", () => {
  const theirs = {
    PORT: '9000',
    CODEX_JSON_LIMIT: '1.5mb',
    CODEX_SANDBOX_MODE: 'workspace-write',
    CODEX_SKIP_GIT_CHECK: 'false',
  };
  expect(readServeSettings({}, theirs)).toMatchObject({
    port: 9000,
    maxBodyBytes: 1_572_864,
    sandbox: 'workspace-write',
    gitCheck: true,
  });
  const both = { ...theirs, CODEX_GLM_SERVE_PORT: '9001' };
  expect(readServeSettings({}, both).port).toBe(9001);
  expect(readServeSettings({ port: '9002' }, both).port).toBe(9002);
});

test("CodexBridge's whole table is understood", () => {
  const table = {
    PORT: '9000',
    CODEX_BRIDGE_API_KEY: 'k',
    CODEX_JSON_LIMIT: '20mb',
    CODEX_MODEL: 'gpt-5.5',
    CODEX_REASONING: 'high',
    CODEX_WORKDIR: '/w',
    CODEX_SANDBOX_MODE: 'danger-full-access',
    CODEX_APPROVAL_POLICY: 'on-failure',
    CODEX_SKIP_GIT_CHECK: 'true',
    CODEX_NETWORK_ACCESS: 'true',
    CODEX_WEB_SEARCH: 'true',
    CODEX_LOG_REQUESTS: 'true',
    CODEX_REQUIRE_SESSION_ID: 'true',
    CODEX_DYNAMIC_MODELS: 'false',
    CODEX_MODELS_TTL_MS: '300000',
    CODEX_MODELS_ENDPOINT: 'https://x',
    CODEX_CLIENT_VERSION: '1',
    CODEX_STATE_DIR: '/home/me/.codex',
    CODEX_AUTH_FILE: '/home/me/.codex/auth.json',
  };
  expect(readServeSettings({}, table)).toMatchObject({
    port: 9000,
    key: 'k',
    maxBodyBytes: 20 * 1024 * 1024,
    model: 'gpt-5.5',
    effort: 'high',
    workdir: resolve('/w'),
    sandbox: 'danger-full-access',
    // which codex has no more
    approvalPolicy: 'on-request',
    gitCheck: false,
    networkAccess: true,
    webSearch: true,
    logRequests: true,
    requireSession: true,
    listEfforts: false,
    codexHome: resolve('/home/me/.codex'),
    stateFolder: undefined,
  });
  const others = { CODEX_MODEL_REASONING: 'low', CODEX_DIR: '/c' };
  expect(readServeSettings({}, others)).toMatchObject({ effort: 'low', codexHome: resolve('/c') });
});

test.each([
  [{ PORT: 'http' }, /PORT must be a port/],
  [{ PORT: '65536' }, /PORT must be a port from 0 to 65535/],
  [{ CODEX_GLM_SERVE_MAX_TURNS: '0' }, /CODEX_GLM_SERVE_MAX_TURNS must be a whole number from 1/],
  [{ CODEX_APPROVAL_POLICY: 'always' }, /CODEX_APPROVAL_POLICY must be never, on-request, or untrusted/],
  [{ CODEX_JSON_LIMIT: 'much' }, /CODEX_JSON_LIMIT must be a size/],
  [{ CODEX_SANDBOX_MODE: 'open' }, /CODEX_SANDBOX_MODE must be read-only/],
  [{ CODEX_REASONING: 'hard' }, /no reasoning effort/],
  [{ CODEX_GLM_SERVE_ALLOW: 'model' }, /not sandbox or workdir/],
])('%j is refused', (environment, message) => {
  expect(() => readServeSettings({}, environment)).toThrow(message);
});

function flagsFor(command: string): string[] {
  return serveSettings
    .filter((setting) => setting.command === undefined || setting.command === command)
    .flatMap(({ flag }) => flag?.slice(2) ?? []);
}

test('the commands take exactly the flags of the table', () => {
  // how `serve install` writes a service is no setting
  const expected = { serve: [...flagsFor('serve'), ...serviceKinds], chat: flagsFor('chat') };
  for (const [command, flags] of Object.entries(expected)) {
    expect(Object.keys(ownCommands[command]?.options ?? {}).sort()).toEqual(flags.sort());
  }
});

test.each(['docs/serve.md', 'docs/serve.zh-CN.md'])('%s names every flag and variable', (page) => {
  const text = readFileSync(join(repositoryRoot, page), 'utf8');
  const words = serveSettings.flatMap(({ flag, variables }) => [...(flag ? [flag] : []), ...variables]);
  expect(words.filter((word) => !text.includes(word))).toEqual([]);
});
