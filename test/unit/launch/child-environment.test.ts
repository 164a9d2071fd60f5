import { expect, test } from 'vitest';
import { childEnvironment, type ChildEnvironmentInput } from '../../../src/launch/child-environment.ts';

function build(environment: NodeJS.ProcessEnv, rest: Partial<ChildEnvironmentInput> = {}): NodeJS.ProcessEnv {
  return childEnvironment({
    environment,
    codexHome: '/data/codex-home',
    mark: '7-1',
    codex: { variables: {} },
    session: { token: 'token-of-the-run', withheldKey: 'secret' },
    platform: 'linux',
    ...rest,
  });
}

test('codex gets our home and the token, and keeps what is not ours', () => {
  expect(build({ HOME: '/home/me', CODEX_HOME: '/home/me/.codex', LANG: 'C' })).toEqual({
    HOME: '/home/me',
    LANG: 'C',
    CODEX_HOME: '/data/codex-home',
    CODEXGLM_RUN: '7-1',
    CODEX_GLM_TOKEN: 'token-of-the-run',
    NO_PROXY: '127.0.0.1,localhost,::1',
    no_proxy: '127.0.0.1,localhost,::1',
  });
});

test('every variable that holds the key is withheld, other keys stay', () => {
  const child = build({
    ZAI_API_KEY: 'secret',
    Z_AI_API_KEY: ' secret\n',
    ZHIPU_API_KEY: '"secret"',
    GLM_API_KEY: 'other',
  });
  expect(child).not.toHaveProperty('ZHIPU_API_KEY');
  expect(child).not.toHaveProperty('ZAI_API_KEY');
  expect(child).not.toHaveProperty('Z_AI_API_KEY');
  expect(child).toHaveProperty('GLM_API_KEY', 'other');
});

test('the key stays when it is to be kept, our own settings never do', () => {
  const child = build(
    { ZAI_API_KEY: 'secret', CODEX_GLM_API_KEY: 'x', CODEX_GLM_PROVIDER: 'zai', CODEX_GLM_TOKEN: 'old' },
    { session: { token: 'new', withheldKey: undefined } },
  );
  expect(child).toHaveProperty('ZAI_API_KEY', 'secret');
  expect(Object.keys(child).filter((name) => name.startsWith('CODEX_GLM_'))).toEqual(['CODEX_GLM_TOKEN']);
  expect(child).toHaveProperty('CODEX_GLM_TOKEN', 'new');
});

test("codex's databases stay in our home", () => {
  expect(build({ CODEX_SQLITE_HOME: '/home/me/.codex' })).not.toHaveProperty('CODEX_SQLITE_HOME');
});

test.each([
  [{ NO_PROXY: 'a.example, b.example' }, 'a.example,b.example,127.0.0.1,localhost,::1', undefined],
  [{ no_proxy: 'a.example' }, 'a.example,127.0.0.1,localhost,::1', undefined],
  [{ NO_PROXY: 'a', no_proxy: 'b' }, 'a,127.0.0.1,localhost,::1', 'b,127.0.0.1,localhost,::1'],
  [{ NO_PROXY: 'localhost,127.0.0.1' }, 'localhost,127.0.0.1,::1', undefined],
])('with %j loopback is added to the hosts without proxy', (environment, upper, lower) => {
  const child = build({ ...environment, HTTPS_PROXY: 'http://proxy:3128' });
  expect([child['NO_PROXY'], child['no_proxy']]).toEqual([upper, lower ?? upper]);
});

test('a plain subcommand gets our home and nothing of a session', () => {
  const plain = { environment: { A: 'b' }, codexHome: '/h', mark: '7-1', codex: { variables: {} } };
  expect(childEnvironment(plain)).toEqual({ A: 'b', CODEX_HOME: '/h', CODEXGLM_RUN: '7-1' });
});

test("the shim's variables and tools are added", () => {
  const codex = { variables: { CODEX_MANAGED_BY_NPM: '1' }, toolFolder: '/tools' };
  const linux = build({ PATH: '/bin' }, { codex, platform: 'linux' });
  expect(linux).toMatchObject({ CODEX_MANAGED_BY_NPM: '1', PATH: '/tools:/bin' });
  // its name is Path there, and an environment that was copied tells names apart
  const windows = build({ Path: 'C:\\bin' }, { codex: { ...codex, toolFolder: 'C:\\tools' }, platform: 'win32' });
  expect(windows).toMatchObject({ PATH: 'C:\\tools;C:\\bin' });
  expect(windows).not.toHaveProperty('Path');
});

test('on Windows another spelling of a name does not survive beside ours', () => {
  const child = build({ Codex_Home: 'C:\\x', No_Proxy: 'a' }, { platform: 'win32' });
  expect(Object.keys(child).sort()).toEqual(['CODEXGLM_RUN', 'CODEX_GLM_TOKEN', 'CODEX_HOME', 'no_proxy']);
});
