/**
 * Codex's automatic review of approvals ("guardian", `--approve-for-me`, codex 0.169): a side request on the same model,
 * with a few tools, that wants a verdict by a JSON schema. A verdict that is none is a denial.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ChatRequest } from '../../src/protocol/chat.ts';
import { runLauncher, type LauncherRun } from '../helpers/run-launcher.ts';
import { startStrictProvider, type ProviderStep, type StrictProvider } from '../helpers/strict-provider.ts';
import { testPlace, type TestPlace } from '../helpers/test-place.ts';

const allow = { risk_level: 'low', user_authorization: 'high', outcome: 'allow', rationale: 'It was asked for.' };
const deny = { risk_level: 'high', user_authorization: 'low', outcome: 'deny', rationale: 'Nobody asked for it.' };

interface Reviewed {
  run: LauncherRun;
  provider: StrictProvider;
  /** What the reviewer was sent. */
  reviews: ChatRequest[];
  /** What the model was told of its commands. */
  results: string[];
}

function isReview({ messages }: ChatRequest): boolean {
  return String(messages[0]?.content).startsWith('You are judging one planned coding-agent action.');
}

/** Runs codex with a model that wants each command to be run outside of the sandbox, and a reviewer by script. */
async function review(
  place: TestPlace,
  commands: readonly string[],
  answerReview: (request: ChatRequest, index: number) => ProviderStep,
): Promise<Reviewed> {
  const reviews: ChatRequest[] = [];
  let run = 0;
  const provider = await startStrictProvider((request) => {
    if (isReview(request)) return answerReview(request, reviews.push(request) - 1);
    const cmd = commands[run++];
    if (cmd === undefined) return { text: 'Done.' };
    const permissions = { sandbox_permissions: 'require_escalated', justification: 'The user wants it.' };
    return { calls: [{ name: 'exec_command', arguments: { cmd, ...permissions } }] };
  });
  const args = ['--provider', 'zai', '--base-url', provider.baseUrl, 'exec', '--approve-for-me', 'do it'];
  const ended = await runLauncher(place, args, { environment: { ZAI_API_KEY: 'key.of-the-test' } });
  const { messages } = provider.requests.at(-1)?.body ?? { messages: [] };
  const results = messages.flatMap((message) => (message.role === 'tool' ? [message.content] : []));
  return { run: ended, provider, reviews, results };
}

function touch(file: string): string {
  return `touch '${file}' && echo touched`;
}

test('a command is approved, the next one denied, in one conversation with the reviewer', async () => {
  const place = await testPlace();
  const [first, second] = ['first', 'second'].map((name) => join(place.userHome, name)) as [string, string];
  const { run, provider, reviews, results } = await review(place, [touch(first), touch(second)], (_, index) => ({
    text: JSON.stringify(index === 0 ? allow : deny),
  }));
  expect(run).toMatchObject({ status: 0, stdout: 'Done.\n' });
  expect(run.stderr).not.toMatch(/warning|metadata/i);
  expect({ first: existsSync(first), second: existsSync(second) }).toEqual({ first: true, second: false });
  expect(results).toEqual([expect.stringContaining('touched'), expect.stringContaining('Nobody asked for it.')]);

  expect(reviews).toHaveLength(2);
  for (const request of reviews) {
    expect(request).toMatchObject({
      model: 'glm-5.3',
      // codex asks for its lowest level
      reasoning_effort: 'low',
      thinking: { type: 'enabled' },
      response_format: { type: 'json_object' },
    });
    expect(request.tools?.map((tool) => tool.type === 'function' && tool.function.name)).toContain('exec_command');
    expect(String(request.messages[0]?.content)).toMatch(/JSON Schema.*:\n\{.*"outcome"/);
    expect(JSON.stringify(request.messages.at(-1))).toContain('Planned action JSON');
  }
  expect(reviews[1]?.messages.slice(0, reviews[0]?.messages.length)).toEqual(reviews[0]?.messages);
  expect(provider.requests).toHaveLength(5);
});

test('a reviewer that looks first, and whose verdict is fenced', async () => {
  const place = await testPlace();
  const file = join(place.userHome, 'looked-at');
  const { run, reviews } = await review(place, [touch(file)], (_, index) =>
    index === 0
      ? { calls: [{ name: 'exec_command', arguments: { cmd: 'ls' } }] }
      : { text: `\`\`\`json\n${JSON.stringify(allow)}\n\`\`\`` },
  );
  expect(run).toMatchObject({ status: 0, stdout: 'Done.\n' });
  expect(existsSync(file)).toBe(true);
  expect(reviews).toHaveLength(2);
});

test('a verdict that is no JSON is asked for once more, and not taken for a denial', async () => {
  const place = await testPlace();
  const file = join(place.userHome, 'asked-twice');
  const { run, reviews } = await review(place, [touch(file)], (_, index) => ({
    text: index === 0 ? 'I think this is fine.' : JSON.stringify(allow),
  }));
  expect(run).toMatchObject({ status: 0, stdout: 'Done.\n' });
  expect(existsSync(file)).toBe(true);
  expect(reviews).toHaveLength(2);
});

test('a verdict that stays no JSON is a denial', async () => {
  const place = await testPlace();
  const file = join(place.userHome, 'never');
  const { run, results } = await review(place, [touch(file)], () => ({ text: 'I think this is fine.' }));
  expect(run).toMatchObject({ status: 0, stdout: 'Done.\n' });
  expect(existsSync(file)).toBe(false);
  expect(results[0]).toMatch(/denied|rejected|blocked|not run|review/i);
});
