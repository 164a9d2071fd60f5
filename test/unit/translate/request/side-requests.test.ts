import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { requestPurpose } from '../../../../src/translate/request/purpose.ts';
import { localThreadTitle } from '../../../../src/translate/request/thread-title.ts';

const wishes = 'Generate a concise, single-line task title of at most 36 characters.\n\nUser prompt:\n';
const asking = (prompt: string) => ({ model: 'm', input: [{ role: 'user', content: wishes + prompt }] });

const captured = (file: string) =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../../../../fixtures/requests/0.169.0', file), 'utf8'));

describe('a thread title made here', () => {
  test.each([
    ['fix the login bug.', 'fix the login bug'],
    ['please fix the login bug in src/auth.ts and the other one', 'please fix the login bug in…'],
    ['创建 hello.js，输出 hello。', '创建 hello.js，输出 hello'],
    ['a'.repeat(50), `${'a'.repeat(35)}…`],
    ['line one\nline two', 'line one line two'],
    ['   ', 'New task'],
  ])('%j -> %j', (prompt, title) => {
    expect(localThreadTitle(asking(prompt))).toBe(title);
    expect([...title].length).toBeLessThanOrEqual(36);
  });
});

describe('the purpose of a request', () => {
  test.each([
    ['11-shell-turn-result', undefined, 'turn'],
    ['27-compaction-request', '{"request_kind":"compaction"}', 'compaction'],
    ['27-compaction-request', undefined, 'compaction'],
    ['42-tui-manual-compact', '{"request_kind":"turn"}', 'compaction'],
    ['29-compaction-v2-trigger', '{"request_kind":"compaction"}', 'compaction-item'],
    ['41-tui-thread-title', '{"request_kind":"turn","thread_source":"thread_title"}', 'thread_title'],
    ['11-shell-turn-result', 'not json', 'turn'],
  ])('%s with metadata %s is a %s', (file, metadata, purpose) => {
    expect(requestPurpose(captured(`${file}.responses.json`), metadata)).toBe(purpose);
  });
});
