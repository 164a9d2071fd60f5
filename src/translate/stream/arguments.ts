import { coerceArguments } from './coerce.ts';
import { mendJson } from './mend-json.ts';
import { isJsonObject, parseJson } from './parse-json.ts';
import { splitJsonObjects } from './split-json.ts';
import { parseArgPairs } from './tool-call-markup.ts';

export interface RepairedArguments {
  /** JSON text of an object, or the raw text when nothing helped: codex then tells the model what is wrong with it. */
  arguments: string;
  /** What was done; absent when the text was right as it came. */
  repair?: ArgumentsRepair;
}

/** The rungs of the ladder; `unreadable` is its end. */
export type ArgumentsRepair =
  | 'empty'
  | 'coerced'
  | 'double-encoded'
  | 'arg-key-markup'
  | 'repeated-object'
  | 'several-objects'
  | 'trailing-text'
  | 'unescaped'
  | 'unclosed'
  | 'unreadable';

/**
 * Mends what GLM and its hosts do to a call's arguments. The text of a JSON object passes byte for byte, unless the
 * tool's declared `schema` wants another type where it has a string.
 */
export function repairArguments(text: string, schema?: Record<string, unknown>): RepairedArguments {
  const trimmed = text.trim();
  // Tools without parameters are called without arguments (vLLM pull request 41654).
  if (text === '') return { arguments: '{}' };
  if (trimmed === '' || trimmed === 'null') return { arguments: '{}', repair: 'empty' };
  const parsed = parseJson(trimmed);
  if (isJsonObject(parsed)) {
    const coerced = coerceArguments(parsed, schema);
    return coerced ? { arguments: JSON.stringify(coerced), repair: 'coerced' } : { arguments: text };
  }
  const found = findObject(trimmed, parsed);
  if (!found) return { arguments: text, repair: 'unreadable' };
  return { arguments: JSON.stringify(coerceArguments(found.object, schema) ?? found.object), repair: found.repair };
}

interface FoundObject {
  object: Record<string, unknown>;
  repair: ArgumentsRepair;
}

function findObject(text: string, parsed: unknown): FoundObject | undefined {
  // A JSON string that holds the object (vLLM pull requests 36410, 37385).
  if (typeof parsed === 'string') return asObject(parseJson(parsed), 'double-encoded');
  if (text.startsWith('<arg_key>')) return asObject(parseArgPairs(text), 'arg-key-markup');
  if (!text.startsWith('{')) return undefined;
  const [first, ...others] = splitJsonObjects(text);
  if (first === undefined) return asObject(parseJson(mendJson(text) ?? ''), 'unclosed');
  if (first === text) return asObject(parseJson(mendJson(text) ?? ''), 'unescaped');
  if (others.length === 0) return asObject(parseJson(first), 'trailing-text');
  return asObject(parseJson(first), others.every((other) => other === first) ? 'repeated-object' : 'several-objects');
}

function asObject(value: unknown, repair: ArgumentsRepair): FoundObject | undefined {
  return isJsonObject(value) ? { object: value, repair } : undefined;
}
