import { describe, expect, test } from 'vitest';
import { customInput } from '../../../../src/translate/stream/custom-input.ts';

const body = '*** Update File: a.txt\n@@\n-old\n+new';
const patch = `*** Begin Patch\n${body}\n*** End Patch`;

describe('the input of apply_patch', () => {
  test.each([
    ['the bare patch', patch],
    ['the field input', JSON.stringify({ input: patch })],
    ['the field patch', JSON.stringify({ patch })],
    ['any single text field', JSON.stringify({ diff: patch, dry_run: false })],
    ['a JSON string', JSON.stringify(patch)],
    ['its JSON once more in the field', JSON.stringify({ input: JSON.stringify({ input: patch }) })],
    ['a shell call', JSON.stringify({ command: ['apply_patch', patch] })],
    ['JSON with real line breaks', `{"input":"${patch}"}`],
    ['JSON that was cut off', JSON.stringify({ input: `*** Begin Patch\n${body}` }).slice(0, -2)],
    ['line breaks escaped twice', JSON.stringify({ input: patch.replaceAll('\n', '\\n') })],
    ['a code fence', JSON.stringify({ input: `\`\`\`diff\n${patch}\n\`\`\`` })],
    ['a heredoc', JSON.stringify({ input: `apply_patch <<'EOF'\n${patch}\nEOF\n` })],
    ['a sentence in front', JSON.stringify({ input: `Here is the patch:\n\n${patch}\n\nDone.` })],
    ['stars and blank lines around it', JSON.stringify({ input: `\n\n ${patch} ***\n***\n` })],
    ['stars behind the first marker', JSON.stringify({ input: patch.replace('Patch\n', 'Patch ***\n') })],
    ['no end marker', JSON.stringify({ input: `*** Begin Patch\n${body}` })],
    ['no end marker in a fence', JSON.stringify({ input: `\`\`\`\n*** Begin Patch\n${body}\n\`\`\`\n` })],
    ['no end marker in a heredoc', JSON.stringify({ input: `apply_patch <<EOF\n*** Begin Patch\n${body}\nEOF` })],
    ['no end marker but stars', JSON.stringify({ input: `*** Begin Patch\n${body}\n***` })],
    ['no markers', JSON.stringify({ input: body })],
    ['no markers in a fence', JSON.stringify({ input: `\`\`\`\n${body}\n\`\`\`` })],
    ['no markers in a heredoc', JSON.stringify({ input: `apply_patch <<"PATCH"\n${body}\nPATCH` })],
    ['no begin marker', JSON.stringify({ input: `${body}\n*** End Patch` })],
  ])('is the patch, given as %s', (_, text) => {
    expect(customInput('apply_patch', text)).toBe(patch);
  });

  test('keeps markers that the patch writes into a file', () => {
    const nested = '*** Begin Patch\n*** Add File: b.md\n+*** Begin Patch\n+EOF\n+*** End Patch\n*** End Patch';
    expect(customInput('apply_patch', JSON.stringify({ input: nested }))).toBe(nested);
    expect(customInput('apply_patch', nested.slice(0, -'\n*** End Patch'.length))).toBe(nested);
    expect(customInput('apply_patch', nested.slice('*** Begin Patch\n'.length))).toBe(nested);
  });

  test('keeps JSON that the patch adds', () => {
    const adding = '*** Begin Patch\n*** Add File: a.json\n+{"input":"x"}\n*** End Patch';
    expect(customInput('apply_patch', JSON.stringify({ input: adding }))).toBe(adding);
  });

  test.each(['', '{}', 'null', '{"input":3}'])('has both markers even when nothing sensible came: %j', (text) => {
    expect(customInput('apply_patch', text)).toMatch(/^\*\*\* Begin Patch\n[^]*\*\*\* End Patch$/);
  });
});

describe('the input of another custom tool', () => {
  test.each([
    ['the field input', '{"input":"text(1)"}', 'text(1)'],
    ['a single text field', '{"code":"text(1)"}', 'text(1)'],
    ['bare text', 'text(1)', 'text(1)'],
    ['bare text with blanks around it', '  text(1)\n', '  text(1)\n'],
    ['a block of code', '{ text(1) }', '{ text(1) }'],
    ['an object without a text field', '{"a":1}', '{"a":1}'],
    ['a fence', '{"input":"```js\\ntext(1)\\n```"}', '```js\ntext(1)\n```'],
    ['a JSON document', '{"input":"{\\"a\\":1}"}', '{"a":1}'],
  ])('is %s, unchanged', (_, text, input) => {
    expect(customInput('exec', text)).toBe(input);
  });
});
