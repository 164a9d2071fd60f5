/** The tools of a small codex session, one of each kind, as codex 0.169 declares them. */
export const sessionToolDeclarations: readonly Record<string, unknown>[] = [
  {
    type: 'function',
    name: 'exec_command',
    description: 'Runs a command.',
    strict: false,
    parameters: {
      type: 'object',
      properties: {
        cmd: { type: 'string' },
        workdir: { type: 'string' },
        yield_time_ms: { type: 'integer' },
        tty: { type: 'boolean' },
        prefix_rule: { type: 'array', items: { type: 'string' } },
      },
      required: ['cmd'],
    },
  },
  {
    type: 'function',
    name: 'get_goal',
    description: 'Tells the goal.',
    strict: false,
    parameters: { type: 'object', properties: {} },
  },
  {
    type: 'namespace',
    name: 'mcp__tiny',
    description: 'Tools of the server tiny.',
    tools: [
      {
        type: 'function',
        name: 'add_numbers',
        description: 'Adds.',
        parameters: { type: 'object', properties: { a: { type: 'number' }, b: { type: 'number' } } },
      },
    ],
  },
  {
    type: 'custom',
    name: 'apply_patch',
    description: 'Edits files.',
    format: { type: 'grammar', syntax: 'lark', definition: 'start: "*** Begin Patch"' },
  },
];
