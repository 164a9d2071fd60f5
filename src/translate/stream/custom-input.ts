import { mendJson } from './mend-json.ts';
import { isJsonObject, parseJson } from './parse-json.ts';
import { toPatch } from './patch-text.ts';

/**
 * The `input` of a custom tool call. Such tools take free text; a chat model is offered a function with one string field
 * instead, and answers with that field, with another one, or with the bare text.
 */
export function customInput(toolName: string, text: string): string {
  const trimmed = text.trim();
  const looksLikeJson = trimmed.startsWith('{') || trimmed.startsWith('"');
  const input = (looksLikeJson ? textIn(parseJson(trimmed) ?? parseJson(mendJson(trimmed) ?? '')) : undefined) ?? text;
  return toolName === 'apply_patch' ? toPatch(input) : input;
}

function textIn(value: unknown): string | undefined {
  if (typeof value === 'string') return textInside(value);
  if (!isJsonObject(value)) return undefined;
  const { input, patch, command } = value;
  if (typeof input === 'string') return textInside(input);
  if (typeof patch === 'string') return textInside(patch);
  // The shape of a shell call: {"command": ["apply_patch", "*** Begin Patch…"]} (codex issue 35361).
  if (Array.isArray(command) && command[0] === 'apply_patch' && typeof command[1] === 'string') return command[1];
  const texts = Object.values(value).filter((field) => typeof field === 'string');
  return texts.length === 1 ? texts[0] : undefined;
}

/** The arguments may stand once more, as JSON, in the one field. */
function textInside(text: string): string {
  const inner = text.startsWith('{') ? parseJson(text) : undefined;
  const keys = isJsonObject(inner) ? Object.keys(inner) : [];
  return keys.length === 1 && (keys[0] === 'input' || keys[0] === 'patch') ? (textIn(inner) ?? text) : text;
}
