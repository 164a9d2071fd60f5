import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openReasoning, sealReasoning, type ReasoningField } from '../../../src/translate/reasoning-envelope.ts';
import { sealText } from '../../../src/translate/sealed-text.ts';

const field = fc.constantFrom<ReasoningField>('reasoning_content', 'reasoning', 'reasoning_details');
/** Every string of UTF-16 units, halves of characters included. */
const anyText = fc.string({ unit: fc.nat(0xffff).map((unit) => String.fromCharCode(unit)), maxLength: 200 });
const sealed = fc.record({ family: fc.string(), field, text: anyText });

describe('the reasoning envelope', () => {
  test('gives back what was sealed', () => {
    fc.assert(
      fc.property(sealed, (reasoning) => {
        expect(openReasoning(sealReasoning(reasoning))).toEqual({ ok: true, ...reasoning });
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  test('is one header line and the raw text', () => {
    const envelope = sealReasoning({ family: 'glm', field: 'reasoning_content', text: 'a\nb' });
    expect(envelope).toMatch(/^codex-glm-reasoning:1:glm:reasoning_content:[0-9a-z-]+\na\nb$/);
  });

  test('does not open after any one character was replaced', () => {
    fc.assert(
      fc.property(sealed, fc.nat(), fc.nat(0xffff), (reasoning, position, unit) => {
        const envelope = sealReasoning(reasoning);
        const at = position % envelope.length;
        const changed = envelope.slice(0, at) + String.fromCharCode(unit) + envelope.slice(at + 1);
        fc.pre(changed !== envelope);
        expect(openReasoning(changed).ok).toBe(false);
      }),
      { seed: 2, numRuns: 1000 },
    );
  });

  test('does not open with a family that was sealed wrongly', () => {
    const envelope = sealText('reasoning', '%E0:reasoning_content', 'text');
    expect(openReasoning(envelope)).toEqual({ ok: false, reason: 'damaged' });
  });

  test('does not open when its end is missing', () => {
    const envelope = sealReasoning({ family: 'glm', field: 'reasoning', text: 'one two three' });
    for (let length = 0; length < envelope.length; length++) {
      expect(openReasoning(envelope.slice(0, length)).ok).toBe(false);
    }
  });

  test.each([
    ['', 'foreign'],
    ['gAAAAABo…', 'foreign'],
    ['codex-glm-reasoning:2:glm:reasoning_content:abc\ntext', 'version'],
    ['codex-glm-reasoning:1:glm:reasoning_content:abc\ntext', 'damaged'],
    ['codex-glm-reasoning:1:glm', 'damaged'],
  ])('tells why %j does not open', (envelope, reason) => {
    expect(openReasoning(envelope)).toEqual({ ok: false, reason });
  });
});
