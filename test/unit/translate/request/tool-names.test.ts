import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openAiCompatibleRules } from '../../../../src/catalog/provider.ts';
import { ToolNames } from '../../../../src/translate/request/tool-names.ts';
import { ToolList } from '../../../../src/translate/request/tools.ts';
import { fuzzed } from '../../../helpers/fuzz.ts';

const rules = { ...openAiCompatibleRules, maxTools: Infinity };

const name = fc.oneof(
  fc.constantFrom('add', 'add_numbers', 'get-image', 'mcp__tiny__add', 'tiny__add', 'a.b', 'a_b', 'a b', 'ä'),
  fc.constantFrom('x'.repeat(64), 'x'.repeat(65), `${'x'.repeat(64)}y`, 'constructor', '__proto__', 'a\nadd'),
  fc.string({ minLength: 1, maxLength: 80 }),
);
/** Codex up to 0.120 flattens MCP tools itself; 0.123 to 0.133 end a namespace in underscores; from 0.136 on it does not. */
const namespace = fc.constantFrom('mcp__tiny', 'mcp__tiny__', 'mcp', 'a', 'mcp__' + 'y'.repeat(70), 'multi_agent_v1');
const plain = fc.record({ type: fc.constantFrom('function', 'custom'), name });
const declaration = fc.oneof(
  plain,
  fc.record({ type: fc.constant('namespace'), name: namespace, tools: fc.array(plain, { maxLength: 4 }) }),
);

interface Declared {
  name: string;
  namespace?: string;
}

test('every declared tool has one flat name of its own, which leads back to it', () => {
  fc.assert(
    fc.property(fc.array(declaration, { maxLength: 12 }), (declarations) => {
      const names = new ToolNames();
      const list = new ToolList(names, rules, () => {});
      for (const each of declarations) list.add(each);
      const declared = new Map<string, Declared>();
      for (const each of declarations) {
        const tools: Declared[] =
          'tools' in each
            ? each.tools.map((tool) => ({ name: tool.name, namespace: each.name }))
            : [{ name: each.name }];
        for (const tool of tools) declared.set(JSON.stringify([tool.namespace, tool.name]), tool);
      }
      const flat = [...declared.values()].map((tool) => names.flat(tool.name, tool.namespace));
      expect(new Set(flat).size).toBe(declared.size);
      expect(list.list(() => {})).toHaveLength(declared.size);
      for (const [index, tool] of [...declared.values()].entries()) {
        expect(flat[index]).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
        expect(names.target(flat[index] ?? '')).toMatchObject(tool);
      }
    }),
    fuzzed('tool-names', { seed: 20_261_121, numRuns: 3000 }),
  );
});

test('a tool that is named like the way out of a collision is no collision', () => {
  const names = new ToolNames();
  const first = names.declare({ kind: 'function', name: 'a', namespace: 'x' });
  const second = new ToolNames();
  second.declare({ kind: 'function', name: 'a', namespace: 'x' });
  const wayOut = second.declare({ kind: 'function', name: 'x__a' });
  const third = names.declare({ kind: 'function', name: wayOut });
  const fourth = names.declare({ kind: 'function', name: 'x__a' });
  expect(new Set([first, third, fourth]).size).toBe(3);
  expect(names.target(fourth)).toMatchObject({ name: 'x__a' });
  expect(names.target(third)).toMatchObject({ name: wayOut });
});
