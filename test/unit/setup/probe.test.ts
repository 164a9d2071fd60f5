import { expect, test } from 'vitest';
import { glmProviders } from '../../../src/catalog/providers/glm.ts';
import { findConfiguredProvider } from '../../../src/config/provider-overrides.ts';
import { parseSettings } from '../../../src/config/settings-file.ts';
import { findingLines, fitting, probeKey, servesResponses } from '../../../src/setup/probe-vendor.ts';
import { startSimulatedGlm, type SimulatedAccount } from '../../helpers/simulated-glm.ts';

const key = 'canary-id.canary-secret';

async function probe(account: SimulatedAccount, apiKey = key) {
  const glm = await startSimulatedGlm({ [key]: account });
  const { overrides } = parseSettings(glm.settings, 'config.toml', {});
  const providers = glmProviders.map(({ id }) => findConfiguredProvider(id, overrides));
  const signal = new AbortController().signal;
  return { findings: await probeKey(providers, { apiKey, environment: {}, signal }), log: glm.log };
}

test.each<[SimulatedAccount, string, boolean]>([
  [{ region: 'zai', kind: 'plan' }, 'zai-coding', true],
  [{ region: 'zai', kind: 'pay-as-you-go' }, 'zai', false],
  [{ region: 'bigmodel', kind: 'plan' }, 'bigmodel-coding', true],
  [{ region: 'bigmodel', kind: 'pay-as-you-go' }, 'bigmodel', false],
])('a key of %j fits one chat endpoint only', async (account, id, isPlan) => {
  const { findings } = await probe(account);
  expect(fitting(findings).map((provider) => provider.id)).toEqual([id]);
  expect(findings.quota?.level).toBe(isPlan ? 'pro' : undefined);
  expect(servesResponses(findings, id)).toBe(isPlan);
  const fit = findings.results.find((each) => each.provider.id === id && each.wire === 'chat');
  expect(fit).toMatchObject({ turn: { ok: true, model: 'glm-5.3' }, callsTools: true });
  expect(fit?.models).toContain('glm-5.4');
});

test('what each endpoint said is told in words, and the key is in none of them', async () => {
  const { findings } = await probe({ region: 'zai', kind: 'plan' });
  const text = findingLines(findings).join('\n');
  expect(text).toContain('✓ Z.ai Coding Plan: answers (glm-5.3), calls tools, 3 models');
  expect(text).toMatch(
    /✗ Z\.ai pay-as-you-go: answered 429 \(code 1113\): Insufficient balance or no resource package\.$/m,
  );
  expect(text).toMatch(/✗ BigModel Coding Plan: answered 401/);
  expect(text).toContain('The key belongs to a Coding Plan (pro).');
  expect(text).not.toContain('canary');
});

test('a key without a plan is told so by the quota call', async () => {
  const { findings } = await probe({ region: 'bigmodel', kind: 'pay-as-you-go' });
  expect(findingLines(findings).at(-1)).toBe('The key has no Coding Plan: it pays as it goes.');
});

test('a Responses endpoint that fails beside a chat endpoint that works is told', async () => {
  const { findings } = await probe({ region: 'zai', kind: 'plan' });
  const results = findings.results.map((each) =>
    each.wire === 'responses' && each.turn.ok
      ? { ...each, turn: { ok: false as const, problem: 'Z.ai Coding Plan answered 403: No. Ask.', code: 'x' } }
      : each,
  );
  const text = findingLines({ ...findings, results }).join('\n');
  expect(text).toContain('✗ Z.ai Coding Plan, Responses endpoint: answered 403: No.\n');
  expect(text).not.toContain('BigModel Coding Plan, Responses');
});

test('each endpoint that refuses is asked once for a turn', async () => {
  const { log } = await probe({ region: 'zai', kind: 'plan' });
  expect(log.filter((line) => line.startsWith('POST bigmodel /api/paas'))).toHaveLength(1);
});

test('a key of nobody fits nothing', async () => {
  const { findings } = await probe({ region: 'zai', kind: 'plan' }, 'nobody.knows-this-one');
  expect(fitting(findings)).toEqual([]);
  // the advice, once
  expect(findingLines(findings).filter((line) => line.startsWith('Check the API key'))).toHaveLength(1);
});
