import { expect, test } from 'vitest';
import { inheritTables, type InheritedTables } from '../../../src/codex/inherit-tables.ts';
import { parseToml } from '../../../src/config/toml.ts';

const a = '[mcp_servers.a]\ncommand = "a"\n';
const changedA = '[mcp_servers.a]\ncommand = "changed"\n';
const b = '[mcp_servers.b]\ncommand = "b"\n';

function inherit(ours: string, theirs: string, before: InheritedTables = {}) {
  const result = inheritTables({
    text: ours,
    table: parseToml(ours),
    source: parseToml(theirs),
    from: ['mcp_servers', 'hooks'],
    before,
  });
  // what is returned as table is what the text says
  expect(parseToml(result.text)).toEqual(result.table);
  return result;
}

test('servers are added behind what is there, comments stay', () => {
  const ours = '# mine\n[features] # x\nplugins = false\n';
  const { text, conflicts } = inherit(ours, `${a}[mcp_servers.a.env]\nK = "v"\n`);
  expect(text.startsWith(ours)).toBe(true);
  expect(parseToml(text)).toMatchObject({ mcp_servers: { a: { command: 'a', env: { K: 'v' } } } });
  expect(conflicts).toEqual([]);
});

test('nothing changes when nothing has changed', () => {
  const first = inherit('', a);
  const second = inherit(first.text, a, first.inherited);
  expect(second).toEqual({ ...first, table: parseToml(first.text) });
});

test('a change in the user file is followed, a removal too', () => {
  const first = inherit('[x]\ny = 1\n', a);
  const second = inherit(first.text, changedA, first.inherited);
  expect(second.table).toEqual({ x: { y: 1 }, mcp_servers: { a: { command: 'changed' } } });
  expect(inherit(second.text, '', second.inherited).table).toEqual({ x: { y: 1 } });
});

test('what was removed from our file stays removed until the user file changes', () => {
  const first = inherit('', a);
  const removed = inherit('', a, first.inherited);
  expect(removed.table).toEqual({});
  expect(inherit('', changedA, removed.inherited).table).toMatchObject({ mcp_servers: { a: { command: 'changed' } } });
});

test('what was changed in our file stands', () => {
  const { inherited } = inherit('', a);
  const ours = '[mcp_servers.a]\ncommand = "a"\nenabled = false\n';
  expect(inherit(ours, a, inherited)).toMatchObject({ text: ours, conflicts: [] });
  expect(inherit(ours, changedA, inherited)).toMatchObject({ text: ours, conflicts: ['mcp_servers.a'] });
  expect(inherit(ours, '', inherited)).toMatchObject({ text: ours });
});

test('our own entry of the same name is a conflict, an equal one is not', () => {
  expect(inherit(a, changedA)).toMatchObject({ text: a, conflicts: ['mcp_servers.a'], inherited: {} });
  expect(inherit(a, a)).toMatchObject({ text: a, conflicts: [], inherited: {} });
  expect(inherit(a, b).table).toMatchObject({ mcp_servers: { a: { command: 'a' }, b: { command: 'b' } } });
});

test('hooks come over, but not which of them codex was told to trust', () => {
  const theirs = '[[hooks.Stop]]\nmatcher = "x"\n[hooks.state."/a"]\ntrusted_hash = "1"\n';
  expect(inherit('', theirs).table).toEqual({ hooks: { Stop: [{ matcher: 'x' }] } });
});

test('spellings that cannot be cut by lines are written anew', () => {
  const first = inherit('mcp_servers = { c = { command = "c" } }\n', a);
  expect(first.table).toMatchObject({ mcp_servers: { a: { command: 'a' }, c: { command: 'c' } } });
});
