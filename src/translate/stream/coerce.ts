import { isJsonObject, parseJson } from './parse-json.ts';

/**
 * Turns top-level strings into the type that the schema declares, where they spell a value of it: some hosts quote every
 * argument ("true", "3", "[1]"; seen with GLM, 2026). Undefined when nothing had to change.
 */
export function coerceArguments(
  object: Record<string, unknown>,
  schema: Record<string, unknown> | undefined,
): Record<string, unknown> | undefined {
  const properties = schema?.['properties'];
  if (!isJsonObject(properties)) return undefined;
  let changed: Record<string, unknown> | undefined;
  for (const [key, value] of Object.entries(object)) {
    if (typeof value !== 'string' || !Object.hasOwn(properties, key)) continue;
    const better = coerceText(value, declaredTypes(properties[key]));
    if (better === undefined) continue;
    changed ??= { ...object };
    changed[key] = better;
  }
  return changed;
}

/** The value that the text spells, if a string is not allowed and the value's type is. */
function coerceText(text: string, types: readonly unknown[]): unknown {
  if (types.includes('string')) return undefined;
  // Python's spelling of booleans
  const value = parseJson(text === 'True' || text === 'False' ? text.toLowerCase() : text);
  return types.some((type) => isOfType(value, type)) ? value : undefined;
}

function isOfType(value: unknown, type: unknown): boolean {
  switch (type) {
    case 'boolean':
    case 'number':
      return typeof value === type;
    case 'integer':
      return Number.isInteger(value);
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isJsonObject(value);
    default:
      return false;
  }
}

function declaredTypes(schema: unknown): readonly unknown[] {
  if (!isJsonObject(schema)) return [];
  return Array.isArray(schema['type']) ? schema['type'] : [schema['type']];
}
