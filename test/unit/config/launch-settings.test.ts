import { expect, test } from 'vitest';
import { inheritable, resolveLaunchSettings } from '../../../src/config/launch-settings.ts';
import { parseSettings } from '../../../src/config/settings-file.ts';

function resolve(environment: NodeJS.ProcessEnv = {}, fileText = '', flags = {}) {
  return resolveLaunchSettings({ flags, environment, file: parseSettings(fileText, 'config.toml', {}) });
}

test('by default sessions are our own, everything is taken over, and standard input is open', () => {
  expect(resolve()).toEqual({ sessions: 'own', inherit: inheritable, closeStdin: false });
});

test.each([
  [{ CODEX_GLM_INHERIT: 'none' }, '', []],
  [{ CODEX_GLM_INHERIT: 'all' }, 'inherit = ["none"]', inheritable],
  [{ CODEX_GLM_INHERIT: 'mcp, agents' }, '', ['mcp', 'agents']],
  [{}, 'inherit = []', []],
  [{}, 'inherit = ["skills"]', ['skills']],
])('inherit of %j and %j is %j', (environment, file, expected) => {
  expect(resolve(environment, file).inherit).toEqual(expected);
});

test('the other two, from each source', () => {
  expect(resolve({}, 'sessions = "shared"').sessions).toBe('shared');
  expect(resolve({ CODEX_GLM_SESSIONS: 'own' }, 'sessions = "shared"').sessions).toBe('own');
  expect(resolve({ CODEX_GLM_STDIN: 'closed' }).closeStdin).toBe(true);
  expect(resolve({ CODEX_GLM_STDIN: 'inherited' }).closeStdin).toBe(false);
  expect(resolve({ CODEX_GLM_STDIN: 'inherited' }, '', { stdin: 'closed' }).closeStdin).toBe(true);
});

test.each([
  [{ CODEX_GLM_SESSIONS: 'both' }, /CODEX_GLM_SESSIONS must be own or shared/],
  [{ CODEX_GLM_INHERIT: 'agents,all' }, /CODEX_GLM_INHERIT: "all"/],
  [{ CODEX_GLM_INHERIT: 'plugins' }, /CODEX_GLM_INHERIT: "plugins"/],
  [{ CODEX_GLM_STDIN: 'open' }, /CODEX_GLM_STDIN must be/],
])('%j is refused', (environment, words) => {
  expect(() => resolve(environment)).toThrow(words);
});
