import { describe, expect, it } from 'vitest';
import { simplifySchema } from '../../../../src/translate/request/schema.ts';

type Schema = Record<string, unknown>;

/** `d0` to `d<steps>`, each of which `makes` a schema of a reference to the next one. */
function chain(steps: number, makes: (next: Schema) => Schema): Schema {
  const definitions = Array.from({ length: steps }, (_, step): [string, Schema] => [
    `d${step}`,
    makes({ $ref: `#/$defs/d${step + 1}` }),
  ]);
  return {
    type: 'object',
    $defs: { ...Object.fromEntries(definitions), [`d${steps}`]: { type: 'string' } },
    properties: { a: { $ref: '#/$defs/d0' } },
  };
}

/** Deeper than any stack. */
function nested(union: string): Schema {
  let schema: Schema = { type: 'string' };
  for (let level = 0; level < 5000; level++) schema = { [union]: [schema] };
  return schema;
}

describe('a schema', () => {
  it('that refers to itself is cut where it does', () => {
    const { schema } = simplifySchema({
      $defs: { node: { type: 'object', properties: { next: { $ref: '#/$defs/node' } } } },
      properties: { first: { $ref: '#/$defs/node' } },
    });
    expect(schema).toEqual({
      properties: { first: { type: 'object', properties: { next: { type: 'object' } } } },
    });
  });

  it('loses a `required` that is no list (draft 3)', () => {
    const { schema } = simplifySchema({ type: 'object', properties: { a: { type: 'string', required: true } } });
    expect(schema).toEqual({ type: 'object', properties: { a: { type: 'string' } } });
  });

  it.each([
    ['unions', chain(40, (next) => ({ anyOf: [next, next] }))],
    [
      'properties',
      chain(40, (next) => ({
        type: 'object',
        properties: Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`p${index}`, next])),
      })),
    ],
    ['one reference after the other', chain(50_000, (next) => next)],
    ['one anyOf in the other', nested('anyOf')],
    ['one oneOf in the other', nested('oneOf')],
    ['one allOf in the other', nested('allOf')],
  ])('whose definitions would grow without end stays small: %s', (_, input) => {
    const { schema, simplified } = simplifySchema(input);
    expect(simplified).toBe(true);
    expect(JSON.stringify(schema).length).toBeLessThan(500_000);
  });
});
