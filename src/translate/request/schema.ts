import { isObject } from './parse-request.ts';

const maxDepth = 8;
/** Definitions that refer to each other twice double with each step when they are put in place. */
const maxSchemas = 2000;
/** References to references and unions of unions deepen nothing that is sent, but each is a call within the last one. */
const maxOpen = 100;

/**
 * A tool schema without what GLM chokes on (`$ref`, `anyOf` and deep nesting give HTTP 500 code 1234 or an empty answer,
 * claude-code-router issue 1474, 2026-07): references are put in place, unions become their first object-like or
 * non-null branch with the others named in the description, nothing is nested deeper than eight levels, and
 * there are no more than 2000 schemas in one.
 * A chain of references or of unions in unions is cut after a hundred.
 *
 * The result is a new object; `simplified` says whether anything was changed.
 */
export function simplifySchema(schema: Record<string, unknown>): {
  schema: Record<string, unknown>;
  simplified: boolean;
} {
  const definitions = { ...asObject(schema['definitions']), ...asObject(schema['$defs']) };
  const walk: Walk = { definitions, open: [], changed: false, schemas: 0, openSchemas: 0 };
  const result = simplify(schema, 0, walk);
  return { schema: result, simplified: walk.changed };
}

interface Walk {
  definitions: Record<string, unknown>;
  /** References being resolved: a schema that contains itself is cut there. */
  open: string[];
  changed: boolean;
  /** How many were looked at. */
  schemas: number;
  /** How many are being looked at, each within the one before. */
  openSchemas: number;
}

const dropped = new Set(['$defs', 'definitions', '$schema', '$id', '$comment', '__proto__']);
const unions = ['anyOf', 'oneOf', 'allOf'] as const;

function simplify(schema: Record<string, unknown>, depth: number, walk: Walk): Record<string, unknown> {
  if (depth > maxDepth || ++walk.schemas > maxSchemas || walk.openSchemas >= maxOpen) {
    walk.changed = true;
    return { type: typeof schema['type'] === 'string' ? schema['type'] : 'object' };
  }
  walk.openSchemas++;
  const result = simplifyOne(schema, depth, walk);
  walk.openSchemas--;
  return result;
}

function simplifyOne(schema: Record<string, unknown>, depth: number, walk: Walk): Record<string, unknown> {
  const reference = schema['$ref'];
  if (typeof reference === 'string') return resolve(reference, schema, depth, walk);
  const union = unions.find((name) => Array.isArray(schema[name]));
  if (union) return collapse(schema, union, depth, walk);

  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(schema)) {
    if (dropped.has(key) || (key === 'required' && !Array.isArray(value))) {
      walk.changed = true;
    } else if (key === 'properties' && isObject(value)) {
      result[key] = Object.fromEntries(
        Object.entries(value).map(([name, child]) => [name, isObject(child) ? simplify(child, depth + 1, walk) : {}]),
      );
    } else if ((key === 'items' || key === 'additionalProperties') && isObject(value)) {
      result[key] = simplify(value, depth + 1, walk);
    } else if (key === 'type' && Array.isArray(value)) {
      // ["string", "null"] says "optional", which `required` says already
      walk.changed = true;
      result[key] = value.find((name) => name !== 'null') ?? 'string';
    } else {
      result[key] = value;
    }
  }
  return result;
}

function resolve(
  reference: string,
  schema: Record<string, unknown>,
  depth: number,
  walk: Walk,
): Record<string, unknown> {
  walk.changed = true;
  const { $ref: _, ...rest } = schema;
  const target = walk.definitions[reference.replace(/^#\/(\$defs|definitions)\//, '')];
  if (!isObject(target) || walk.open.includes(reference)) return { type: 'object', ...simplify(rest, depth, walk) };
  walk.open.push(reference);
  const result = simplify({ ...target, ...rest }, depth, walk);
  walk.open.pop();
  return result;
}

function collapse(
  schema: Record<string, unknown>,
  union: (typeof unions)[number],
  depth: number,
  walk: Walk,
): Record<string, unknown> {
  walk.changed = true;
  const { [union]: branches, ...rest } = schema;
  const objects = (branches as unknown[]).filter(isObject).map((branch) => simplify(branch, depth, walk));
  const useful = objects.filter((branch) => branch['type'] !== 'null');
  const base = simplify(rest, depth, walk);
  if (union === 'allOf') return useful.reduce(mergeObjects, base);
  const [first, ...others] = useful;
  if (!first) return base;
  const constants = useful.flatMap((branch) =>
    'const' in branch ? [branch['const']] : (asArray(branch['enum']) ?? []),
  );
  const merged = mergeObjects(first, base);
  if (constants.length === useful.length && others.length > 0) {
    const { const: _, ...withoutConst } = merged;
    return { ...withoutConst, enum: constants };
  }
  const alternatives = others
    .map((branch) => branch['description'] ?? branch['title'] ?? branch['type'])
    .filter(Boolean);
  if (alternatives.length === 0) return merged;
  const description = [merged['description'], `Or: ${alternatives.join('; ')}.`].filter(Boolean).join(' ');
  return { ...merged, description };
}

function mergeObjects(left: Record<string, unknown>, right: Record<string, unknown>): Record<string, unknown> {
  const merged = { ...left, ...right };
  const properties = { ...asObject(left['properties']), ...asObject(right['properties']) };
  if (Object.keys(properties).length > 0) merged['properties'] = properties;
  const required = [...(asArray(left['required']) ?? []), ...(asArray(right['required']) ?? [])];
  if (required.length > 0) merged['required'] = [...new Set(required)];
  return merged;
}

function asObject(value: unknown): Record<string, unknown> {
  return isObject(value) ? value : {};
}

function asArray(value: unknown): unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}
