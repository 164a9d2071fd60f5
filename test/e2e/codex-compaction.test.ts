import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ChatRequest } from '../../src/protocol/chat.ts';
import { startProxy } from '../../src/proxy/server.ts';
import { errorLines } from '../helpers/error-lines.ts';
import { runLauncher } from '../helpers/run-launcher.ts';
import { startStrictProvider, type Answer } from '../helpers/strict-provider.ts';
import { repositoryRoot, testPlace } from '../helpers/test-place.ts';

interface Compacted {
  stdout: string;
  stderr: string;
  requests: readonly ChatRequest[];
  /** Those for a summary. */
  summaries: readonly ChatRequest[];
}

/** A codex of its own on a proxy of its own, with a session that has to be compacted once. */
async function compactByItem(summaryOf: (index: number) => Answer): Promise<Compacted> {
  const place = await testPlace();
  let commands = 0;
  const summaries: ChatRequest[] = [];
  const provider = await startStrictProvider((request) => {
    if (JSON.stringify(request.messages.at(-1)).includes('hand-over')) return summaryOf(summaries.push(request) - 1);
    if (commands === 2) return { text: 'Done.', promptTokens: 100 };
    const call = { name: 'exec_command', arguments: { cmd: `echo step ${++commands}` } };
    return { calls: [call], promptTokens: commands === 1 ? 30_000 : 1000 };
  });
  const proxy = await startProxy({ provider: 'zai', baseUrl: provider.baseUrl, token: false, environment: {} });
  onTestFinished(() => proxy.close());
  const codexHome = join(place.userHome, '.codex');
  await mkdir(codexHome);
  const { stdout: config } = await runLauncher(place, ['--provider', 'zai', 'config', 'codex'], {
    environment: { ZAI_API_KEY: 'key.of-the-test' },
  });
  const settings = config.replace(/http:\/\/127\.0\.0\.1:\d+\/v1/, proxy.url);
  const capabilities = '\n[model_providers.codex-glm.capabilities]\nremote_compaction = "v2"\n';
  await writeFile(join(codexHome, 'config.toml'), `model_auto_compact_token_limit = 20000\n${settings}${capabilities}`);
  const running = execa(join(repositoryRoot, 'node_modules/.bin/codex'), ['exec', 'do it'], {
    cwd: place.workFolder,
    env: { ...place.environment, CODEX_HOME: codexHome },
    extendEnv: false,
    timeout: 45_000,
    stdin: 'ignore',
    reject: false,
    stripFinalNewline: false,
  });
  const { stdout, stderr } = await running;
  return { stdout, stderr, summaries, requests: provider.requests.map(({ body }) => body) };
}

/** `codex-glm exec`, with a session that has to be compacted once. */
async function compactByRequest(summaryOf: (index: number) => Answer) {
  const place = await testPlace();
  let commands = 0;
  const summaries: ChatRequest[] = [];
  const provider = await startStrictProvider((request) => {
    if (JSON.stringify(request.messages.at(-1)).includes('CONTEXT CHECKPOINT'))
      return summaryOf(summaries.push(request) - 1);
    if (commands === 1) return { text: 'Done.', promptTokens: 100 };
    const call = { name: 'exec_command', arguments: { cmd: `echo step ${++commands}` } };
    return { calls: [call], promptTokens: 30_000 };
  });
  const limit = ['-c', 'model_auto_compact_token_limit=20000'];
  const args = ['--provider', 'zai', '--base-url', provider.baseUrl, 'exec', ...limit, 'do it'];
  const run = await runLauncher(place, args, { environment: { ZAI_API_KEY: 'key.of-the-test' } });
  return { ...run, summaries, last: JSON.stringify(provider.requests.at(-1)?.body.messages) };
}

const cut = { text: 'Half of the', finishReason: 'length' };

describe('the real codex, compacting by a trigger item (`remote_compaction = "v2"`)', () => {
  it.each([
    ['', [{ reasoning: 'Hm.', text: 'Summary of it all.', promptTokens: 100 }]],
    [', also of a summary that had to be asked for twice', [cut, { text: 'Summary of it all.', promptTokens: 100 }]],
  ])('works on from the summary%s', async (_, answers) => {
    const { stdout, stderr, summaries, requests } = await compactByItem((index) => answers[index] ?? {});
    expect(stdout, stderr).toBe('Done.\n');
    expect(summaries).toHaveLength(answers.length);
    expect(summaries[0]).toMatchObject({ max_tokens: 32_768, reasoning_effort: 'low' });
    expect(summaries[0]).not.toHaveProperty('tools');
    const last = JSON.stringify(requests.at(-1)?.messages);
    expect(last).toContain('Summary of it all.');
    expect(last).not.toMatch(/step 1|Half of the/);
  });

  it('ends with one clear line when the summary stays too long', async () => {
    const { stdout, stderr, summaries } = await compactByItem(() => cut);
    expect(stdout).toBe('');
    expect(errorLines(stderr)).toEqual([expect.stringContaining('cut off by the limit of its length')]);
    expect(summaries).toHaveLength(2);
  });
});

describe('the real codex, compacting by an ordinary request', () => {
  it('works on from a summary that had to be asked for twice', async () => {
    const { stdout, stderr, summaries, last } = await compactByRequest((index) =>
      index === 0 ? cut : { text: 'Summary of it all.', promptTokens: 100 },
    );
    expect(stdout, stderr).toBe('Done.\n');
    expect(summaries.map(({ max_tokens }) => max_tokens)).toEqual([32_768, 65_536]);
    expect(summaries[0]).toMatchObject({ reasoning_effort: 'low' });
    expect(summaries[0]).not.toHaveProperty('tools');
    expect(last).toContain('Summary of it all.');
    expect(last).not.toContain('Half of the');
  });

  it('ends with one clear line when the summary stays too long', async () => {
    const { status, stderr, summaries } = await compactByRequest(() => cut);
    expect(status).toBe(1);
    expect(errorLines(stderr)).toEqual([expect.stringContaining('cut off by the limit of its length')]);
    expect(summaries).toHaveLength(2);
  });
});
