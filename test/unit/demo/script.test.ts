import { describe, expect, test } from 'vitest';
import { nextStep, type DemoStep } from '../../../src/demo/script.ts';

const prompt = { role: 'user', content: 'Create hello.js that prints hello' };
const context = {
  role: 'user',
  content: '<environment_context>\n  <cwd>/w</cwd>\n  <shell>bash</shell>\n</environment_context>',
};
const newTools = [tool('exec_command', 'cmd'), tool('write_stdin', 'chars'), tool('apply_patch', 'input')];

function tool(name: string, field: string) {
  return { type: 'function', function: { name, parameters: { type: 'object', properties: { [field]: {} } } } };
}

function ran(text: string, exitCode = 0): string {
  return `Chunk ID: ad174e\nWall time: 0.5 seconds\nProcess exited with code ${exitCode}\nOutput:\n${text}\n`;
}

/** Lets the script go on with the given outputs until it says something. */
function play(messages: unknown[], tools: unknown[], outputs: string[]): { inputs: string[]; end: DemoStep } {
  const history = [...messages];
  const inputs: string[] = [];
  for (;;) {
    const step = nextStep(history, tools);
    const [call] = step.calls ?? [];
    const output = outputs[inputs.length];
    if (!call || output === undefined) return { inputs, end: step };
    inputs.push(`${call.name} ${call.arguments}`);
    const id = `call_${history.length}`;
    history.push({ role: 'assistant', content: '', tool_calls: [{ id, type: 'function', function: call }] });
    history.push({ role: 'tool', tool_call_id: id, content: output });
  }
}

const patched = 'Exit code: 0\nWall time: 0 seconds\nOutput:\nSuccess. Updated the following files:\nA hello.js\n';

describe('the job', () => {
  test('looks, creates, runs and reports the real output', () => {
    const { inputs, end } = play([context, prompt], newTools, [ran('README.md'), patched, ran('hello')]);
    expect(inputs).toEqual([
      'exec_command {"cmd":"ls","login":false}',
      `apply_patch ${JSON.stringify({
        input: '*** Begin Patch\n*** Add File: hello.js\n+console.log("hello");\n*** End Patch',
      })}`,
      'exec_command {"cmd":"node hello.js","login":false}',
    ]);
    expect(end.text).toBe('I created hello.js and ran `node hello.js`. It printed:\n\nhello');
  });

  test('updates a file that exists with other contents', () => {
    const { inputs, end } = play([prompt], newTools, [ran('a\nhello.js'), ran('one\ntwo'), patched, ran('hello')]);
    expect(inputs[2]).toContain('*** Update File: hello.js\\n@@\\n-one\\n-two\\n+console.log');
    expect(end.text).toContain('I changed hello.js');
  });

  test('leaves a file alone that is as it should be', () => {
    const { inputs, end } = play([prompt], newTools, [ran('hello.js'), ran('console.log("hello");'), ran('hello')]);
    expect(inputs).toHaveLength(3);
    expect(end.text).toContain('hello.js was there already');
  });

  test.each([
    ['shell_command', 'command', '{"command":"ls"}'],
    ['shell', 'command', '{"command":["bash","-c","ls"]}'],
  ])('works with %s of older codex versions, without an apply_patch tool', (name, field, listing) => {
    const outputs = [
      'Exit code: 0\nWall time: 0 seconds\nOutput:\n',
      '{"output":"Success. Updated the following files:\\nA hello.js\\n","metadata":{"exit_code":0,"duration_seconds":0.0}}',
      'Exit code: 0\nWall time: 0 seconds\nOutput:\nhello\n',
    ];
    const { inputs, end } = play([prompt], [tool(name, field)], outputs);
    expect(inputs[0]).toBe(`${name} ${listing}`);
    expect(inputs[1]).toContain("apply_patch <<'EOF'\\n*** Begin Patch");
    expect(end.text).toContain('It printed:\n\nhello');
  });

  test.each([
    ['listing', [ran('bwrap: no permissions', 1)], 'The folder cannot be listed'],
    ['patch', [ran(''), 'patch rejected: writing is blocked by read-only sandbox'], 'hello.js could not be written'],
    [
      'run',
      [ran(''), patched, ran('sh: node: not found', 127)],
      'I created hello.js, but `node hello.js` failed (127)',
    ],
  ])('reports honestly when the %s fails', (_, outputs, words) => {
    const { end } = play([prompt], newTools, outputs);
    expect(end.text).toContain(words);
    expect(end.text).toContain(outputs.at(-1)?.split('\n').at(-2) ?? outputs.at(-1));
  });

  test('says so when there is no shell tool', () => {
    expect(nextStep([prompt], []).text).toContain('no shell tool');
  });
});

describe('which prompt counts', () => {
  const earlier = [
    prompt,
    {
      role: 'assistant',
      content: '',
      tool_calls: [
        { id: 'a', type: 'function', function: { name: 'exec_command', arguments: '{"cmd":"ls","login":false}' } },
      ],
    },
    { role: 'tool', tool_call_id: 'a', content: ran('') },
    { role: 'assistant', content: 'done' },
  ];

  test('a new prompt after an earlier job starts a new job', () => {
    const next = { role: 'user', content: 'Now create bye.js that prints bye' };
    expect(nextStep([...earlier, next], newTools).calls?.[0]?.arguments).toBe('{"cmd":"ls","login":false}');
  });

  test.each([
    context.content,
    '# AGENTS.md instructions for /w\n\n<INSTRUCTIONS>\nCreate x.js that prints x\n</INSTRUCTIONS>',
    '<subagent_notification>\n{"status":{}}\n</subagent_notification>',
    '<developer_message>\nThe model was switched.\n</developer_message>',
    '<image name=[Image #1] path="a.png">\n</image>',
  ])('context that codex adds is no prompt: %s', (content) => {
    const { calls } = nextStep([...earlier.slice(0, 3), { role: 'user', content }], newTools);
    expect(calls?.[0]?.name).toBe('apply_patch');
  });

  test('anything else is answered by what the demo is', () => {
    const { text, calls } = nextStep([context, { role: 'user', content: 'Explain monads' }], newTools);
    expect(calls).toBeUndefined();
    expect(text).toContain('no model');
  });
});

describe('side requests', () => {
  test('a thread title is JSON', () => {
    const content = `Generate a concise, single-line task title of at most 36 characters.\n\n${prompt.content}`;
    expect(JSON.parse(nextStep([{ role: 'user', content }]).text ?? '')).toEqual({ title: 'Create hello.js' });
  });

  test('a compaction gets a summary of the prompts', () => {
    const content = 'You are performing a CONTEXT CHECKPOINT COMPACTION. Create a handoff summary for another LLM.';
    expect(nextStep([context, prompt, { role: 'user', content }]).text).toContain(`- ${prompt.content}`);
  });
});
