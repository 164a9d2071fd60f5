import { expect, test } from 'vitest';
import { profileArguments, type ProfileInput } from '../../../src/codex/profile.ts';
import { parseToml } from '../../../src/config/toml.ts';

const input: ProfileInput = {
  providerName: 'Z.ai Coding Plan',
  proxyUrl: 'http://127.0.0.1:1234/v1',
  catalogFile: '/home/a "b"\\c/x.json',
  model: undefined,
  shellExclude: ['AWS_*'],
  withConstants: false,
};

/** The arguments as codex reads them. */
function read(args: readonly string[]): unknown {
  expect(args.filter((_, index) => index % 2 === 0).every((argument) => argument === '-c')).toBe(true);
  return parseToml(args.filter((_, index) => index % 2 === 1).join('\n'));
}

test('a run gets provider, catalog and hidden variables, any path quoted', () => {
  expect(read(profileArguments(input))).toEqual({
    model_provider: 'codex-glm',
    model_providers: {
      'codex-glm': {
        name: 'Z.ai Coding Plan',
        base_url: 'http://127.0.0.1:1234/v1',
        wire_api: 'responses',
        env_key: 'CODEX_GLM_TOKEN',
        request_max_retries: 0,
        stream_max_retries: 5,
      },
    },
    model_catalog_json: '/home/a "b"\\c/x.json',
    web_search: 'disabled',
    shell_environment_policy: { exclude: ['AWS_*', 'CODEX_GLM_*'] },
  });
});

test("the provider's MCP servers are reached through the proxy, with its token", () => {
  expect(read(profileArguments({ ...input, hostedMcp: ['zread'] }))).toMatchObject({
    mcp_servers: {
      glm_zread: {
        url: 'http://127.0.0.1:1234/mcp/zread',
        bearer_token_env_var: 'CODEX_GLM_TOKEN',
        default_tools_approval_mode: 'approve',
      },
    },
  });
});

test('a model is named only when one was chosen, constants only when config.toml is not read', () => {
  expect(read(profileArguments({ ...input, model: 'glm-5.2', withConstants: true }))).toMatchObject({
    model: 'glm-5.2',
    check_for_update_on_startup: false,
    features: { unbounded_connection_retries: false },
  });
});
