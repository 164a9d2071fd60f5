import { expect, test } from 'vitest';
import { leftProcesses } from '../helpers/processes.ts';
import { runLauncher } from '../helpers/run-launcher.ts';
import { startStrictProvider } from '../helpers/strict-provider.ts';
import { testPlace } from '../helpers/test-place.ts';

const rounds = 50;
const sides = [
  { id: 'zai', variable: 'ZAI_API_KEY', key: 'key.of-zai' },
  { id: 'bigmodel', variable: 'GLM_API_KEY', key: 'key.of-bigmodel' },
];

test(`two launches at once on one home, ${rounds} rounds, each talk only to their own provider`, async () => {
  const place = await testPlace();
  const providers = await Promise.all(sides.map(({ id }) => startStrictProvider(() => ({ text: `I am ${id}.` }))));
  for (let round = 0; round < rounds; round++) {
    const runs = await Promise.all(
      sides.map(({ id, variable, key }, index) =>
        runLauncher(place, ['--provider', id, '--base-url', providers[index]?.baseUrl ?? '', 'exec', `hi ${id}`], {
          environment: { [variable]: key },
        }),
      ),
    );
    for (const [index, { id }] of sides.entries()) {
      expect(runs[index]).toMatchObject({ status: 0, stdout: `I am ${id}.\n` });
    }
  }
  for (const [index, { id, key }] of sides.entries()) {
    const { requests } = providers[index] ?? { requests: [] };
    expect(requests).toHaveLength(rounds);
    for (const { authorization, body } of requests) {
      expect(authorization).toBe(`Bearer ${key}`);
      expect(body.messages.at(-1)).toEqual({ role: 'user', content: `hi ${id}` });
    }
  }
  expect(await leftProcesses(place)).toEqual([]);
}, 300_000);
