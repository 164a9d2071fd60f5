import type { ToolNames } from './tool-names.ts';
import { isObject } from './parse-request.ts';

/** One element of `input`, as received: every field has to be looked at before it is believed. */
export type Item = Record<string, unknown>;

const outputTypes = new Set([
  'function_call_output',
  'custom_tool_call_output',
  'local_shell_call_output',
  'tool_search_output',
]);

export function isOutputItem(item: Item): boolean {
  return outputTypes.has(String(item['type']));
}

export function callId(item: Item): string {
  return text(item['call_id']);
}

/** Past arguments must be a JSON object: GLM refuses the whole history for one that is not (crush issue 3153). */
export function functionArguments(value: unknown, onRepair: () => void): string {
  if (isObject(value)) return JSON.stringify(value);
  const raw = text(value);
  try {
    if (isObject(JSON.parse(raw))) return raw;
  } catch {
    // not JSON: kept as text below
  }
  if (raw.trim() === '') return '{}';
  onRepair();
  return JSON.stringify({ arguments: raw });
}

export function toolNames(tool: unknown, names: ToolNames): string[] {
  if (!isObject(tool)) return [];
  const name = text(tool['name']);
  if (tool['type'] !== 'namespace') return [names.flat(name)];
  const inner = Array.isArray(tool['tools']) ? tool['tools'].filter(isObject) : [];
  return inner.map((child) => names.flat(text(child['name']), name));
}

export function marked(tag: string, content: string, name = ''): string {
  return `<${tag}${name === '' ? '' : ` name="${name}"`}>\n${content}\n</${tag}>`;
}

export function parseArray(json: string): unknown[] {
  try {
    const value: unknown = JSON.parse(json);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
