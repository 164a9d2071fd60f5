import { expect, it } from 'vitest';
import type { LogEntry } from '../../src/proxy/log.ts';
import { proxyTo } from '../helpers/proxy-under-test.ts';
import { codexHeaders, question, send } from '../helpers/responses-client.ts';
import { glmError, stream, textChunks } from '../helpers/scripted-upstream.ts';

it('the log ends with what the proxy did and what it dropped, without content', async () => {
  const log: LogEntry[] = [];
  const { proxy } = await proxyTo(
    [stream(textChunks('Secret.')), stream(textChunks('Hi.')), glmError(401, '1000', 'no')],
    {
      log: (entry) => void log.push(entry),
    },
  );
  const body = { ...question, tools: [{ type: 'image_generation' }, { type: 'file_search' }] };
  for (let i = 0; i < 3; i++) await send(proxy, { body, headers: codexHeaders });
  await proxy.close();
  expect(log.at(-1)).toEqual({
    level: 'info',
    message: 'closed',
    fields: { responses: 3, failed: 1, diagnostics: { 'tool-dropped': 6 } },
  });
  expect(JSON.stringify(log)).not.toContain('Secret');
});
