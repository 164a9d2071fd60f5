import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLineReader } from '../../../../src/reverse/engine/line-reader.ts';

test('cutting the text anywhere changes nothing', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), fc.array(fc.nat(20)), (lines, cuts) => {
      const clean = lines.map((line) => line.replaceAll('\n', ''));
      const text = clean.map((line) => `${line}\n`).join('');
      const read: string[] = [];
      const take = createLineReader((line) => read.push(line));
      let at = 0;
      for (const cut of cuts) take(text.slice(at, (at += cut)));
      take(text.slice(at));
      expect(read).toEqual(clean.filter((line) => line !== ''));
    }),
  );
});
