import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { startStrictProvider } from '../helpers/strict-provider.ts';
import { repositoryRoot, testPlace } from '../helpers/test-place.ts';

/** What a program of the user's does: nothing else keeps it running, so it ends only when `close` left nothing open. */
const program = `
  import { startProxy } from 'codex-glm';
  const proxy = await startProxy({ provider: 'zai', baseUrl: process.env.BASE_URL, apiKey: 'key.of-the-test' });
  const ask = (headers) =>
    fetch(proxy.url + '/responses', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ model: 'glm-5.3', input: 'hi' }),
    });
  const refused = await ask({});
  const answered = await (await ask({ authorization: 'Bearer ' + proxy.token })).json();
  await proxy.close();
  console.log(JSON.stringify({ url: proxy.url, refused: refused.status, output: answered.output.at(-1).content[0].text }));
`;

test('the built package starts a proxy in a program of its own, and the program can end', async () => {
  const place = await testPlace();
  const provider = await startStrictProvider([{ text: 'Hello.' }]);
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
    cwd: repositoryRoot,
    env: { ...place.environment, BASE_URL: provider.baseUrl },
    timeout: 20_000,
  });
  expect(JSON.parse(stdout)).toEqual({
    url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/v1$/),
    refused: 401,
    output: 'Hello.',
  });
});
