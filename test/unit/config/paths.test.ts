import { userInfo } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findPaths } from '../../../src/config/paths.ts';

test('everything is below the home folder, or where CODEX_GLM_HOME leads', () => {
  expect(findPaths({ HOME: '/home/me' })).toMatchObject({
    dataFolder: '/home/me/.codex-glm',
    settingsFile: '/home/me/.codex-glm/config.toml',
    userCodexHome: '/home/me/.codex',
  });
  expect(findPaths({ HOME: '/home/me', CODEX_GLM_HOME: '/srv/glm', CODEX_HOME: '/srv/codex' })).toMatchObject({
    dataFolder: '/srv/glm',
    userCodexHome: '/srv/codex',
  });
});

// settings in the folder that is worked in would let a cloned repository choose addresses and commands
test.each([{}, { HOME: '' }, { HOME: '.' }, { HOME: 'project' }])('%j never leads into the project', (environment) => {
  expect(findPaths(environment).dataFolder).toBe(join(userInfo().homedir, '.codex-glm'));
});
