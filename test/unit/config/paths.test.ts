import { userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { findPaths } from '../../../src/config/paths.ts';
import { isWindows } from '../../helpers/systems.ts';

const homeVariable = isWindows ? 'USERPROFILE' : 'HOME';

test('everything is below the home folder, or where CODEX_GLM_HOME leads', () => {
  expect(findPaths({ [homeVariable]: resolve('/home/me') })).toMatchObject({
    dataFolder: resolve('/home/me/.codex-glm'),
    settingsFile: resolve('/home/me/.codex-glm/config.toml'),
    userCodexHome: resolve('/home/me/.codex'),
  });
  expect(
    findPaths({ [homeVariable]: resolve('/home/me'), CODEX_GLM_HOME: '/srv/glm', CODEX_HOME: '/srv/codex' }),
  ).toMatchObject({
    dataFolder: resolve('/srv/glm'),
    userCodexHome: resolve('/srv/codex'),
  });
});

// settings in the folder that is worked in would let a cloned repository choose addresses and commands
test.each([{}, { [homeVariable]: '' }, { [homeVariable]: '.' }, { [homeVariable]: 'project' }])(
  '%j never leads into the project',
  (environment) => {
    expect(findPaths(environment).dataFolder).toBe(join(userInfo().homedir, '.codex-glm'));
  },
);
