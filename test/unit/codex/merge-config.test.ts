import { expect, test } from 'vitest';
import { mergeConstants } from '../../../src/codex/merge-config.ts';
import { configConstants } from '../../../src/codex/profile.ts';
import { parseToml } from '../../../src/config/toml.ts';

function merge(text: string): string {
  return mergeConstants(text, parseToml(text), configConstants);
}

const constants = {
  check_for_update_on_startup: false,
  analytics: { enabled: false },
  features: { plugins: false, daemon_auto_start: false, unbounded_connection_retries: false },
};

test('an empty file gets the constants, and is then left alone', () => {
  const text = merge('');
  expect(parseToml(text)).toEqual(constants);
  expect(merge(text)).toBe(text);
});

test('comments, trust answers and servers stay where they are', () => {
  const text = `# mine
model = "glm-5.2" # chosen in the TUI

[projects."/home/a b/c"]
trust_level = "trusted"

[features] # by hand
goals = true

[mcp_servers.tiny]
command = "node"
args = ["a", 1]
`;
  const result = merge(text);
  for (const line of text.split('\n')) expect(result.split('\n')).toContain(line);
  expect(parseToml(result)).toEqual({
    ...parseToml(text),
    ...constants,
    features: { ...constants.features, goals: true },
  });
});

test('a constant that somebody changed is set back in its place', () => {
  const result = merge('[analytics]\nenabled = true\n\n[features]\nplugins = true\n');
  expect(parseToml(result)).toEqual(constants);
  expect(result.match(/enabled =/g)).toHaveLength(1);
});

test.each([
  ['an inline table', 'features = { plugins = true, goals = true }\n'],
  ['dotted keys', 'features.goals = true\nanalytics.enabled = true\n'],
  ['a quoted table name', '["features"]\ngoals = true\n'],
  [
    'lines of a string that look like a table',
    'note = """\n[features]\ngoals = false\n"""\n[features]\ngoals = true\n',
  ],
  ['no newline at the end', '[features]\ngoals = true'],
  ['Windows line ends', '[features]\r\ngoals = true\r\n'],
  [
    'dates and large integers',
    '[features]\ngoals = true\n[x]\nwhen = 1979-05-27T07:32:00Z\nlarge = 9007199254740993\n',
  ],
])('%s: everything is kept and the constants hold', (_, text) => {
  const result = merge(text);
  const { features, analytics, check_for_update_on_startup: update, ...rest } = parseToml(result);
  expect({ features, analytics, update }).toEqual({
    features: { ...constants.features, goals: true },
    analytics: { enabled: false },
    update: false,
  });
  const { features: _features, analytics: _analytics, ...before } = parseToml(text);
  expect(rest).toEqual(before);
});
