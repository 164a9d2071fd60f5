import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { playQuirk, type QuirkFixture } from '../helpers/quirk-case.ts';

/** `NN-name.json`: one known deviation of GLM or of a host that serves it, and what is done about it. */
const folder = join(import.meta.dirname, '../../fixtures/quirks');
const files = readdirSync(folder).sort();

test('each of the 37 known quirks has exactly one fixture', () => {
  const numbers = files.map((file) => file.slice(0, 2));
  expect(numbers).toEqual(Array.from({ length: 37 }, (_, index) => String(index + 1).padStart(2, '0')));
});

describe('quirk', () => {
  const rows = files.map((file) => [file.slice(0, 2), fixtureOf(file)] as const);
  test.each(rows.map(([number, { behaviour, cases }]) => [number, behaviour, cases] as const))(
    '%s: %s',
    async (_number, _behaviour, cases) => {
      for (const one of cases) {
        await playQuirk(one).catch((error: Error) => {
          error.message = `${one.name}: ${error.message}`;
          throw error;
        });
      }
    },
  );
});

function fixtureOf(file: string): QuirkFixture {
  return JSON.parse(readFileSync(join(folder, file), 'utf8')) as QuirkFixture;
}
