import { isJsonObject, parseJson } from './parse-json.ts';
import { tagStartLength } from './think-tags.ts';

/**
 * GLM writes a tool call as `<tool_call>name<arg_key>k</arg_key><arg_value>v</arg_value></tool_call>`. Hosts whose parser
 * misses it pass it on as text (Fireworks, DeepInfra, Baseten, vLLM and SGLang builds, 2026). Two neighbours' dialects
 * inside the same tag are read too: a JSON object with `name` and `arguments`, and `<function=name><parameter=k>v</parameter></function>`.
 */
export interface MarkupCall {
  name: string;
  /** JSON text. */
  arguments: string;
}

export interface MarkupScanner {
  inside: boolean;
  held: string;
}

export type MarkupPart = { text: string } | { call: MarkupCall };

const openTag = '<tool_call>';
const closeTag = '</tool_call>';

export function createMarkupScanner(): MarkupScanner {
  return { inside: false, held: '' };
}

/** Takes one delta of text; gives text and whole calls in order, and holds back what may be part of a tag. */
export function scanMarkup(scanner: MarkupScanner, delta: string): MarkupPart[] {
  const parts: MarkupPart[] = [];
  let rest = scanner.held + delta;
  for (;;) {
    const tag = scanner.inside ? closeTag : openTag;
    const at = rest.indexOf(tag);
    if (at < 0) break;
    const before = rest.slice(0, at);
    rest = rest.slice(at + tag.length);
    if (scanner.inside) {
      const call = parseMarkupCall(before);
      parts.push(call ? { call } : { text: openTag + before + closeTag });
    } else if (before !== '') parts.push({ text: before });
    scanner.inside = !scanner.inside;
  }
  const sure = scanner.inside ? 0 : rest.length - tagStartLength(rest, openTag);
  if (sure > 0) parts.push({ text: rest.slice(0, sure) });
  scanner.held = rest.slice(sure);
  return parts;
}

/** Text is over. A call that lacks nothing but its closing tag is taken; anything else was text. */
export function flushMarkup(scanner: MarkupScanner): MarkupPart[] {
  const { held, inside } = scanner;
  scanner.held = '';
  scanner.inside = false;
  if (!inside) return held === '' ? [] : [{ text: held }];
  const call = /(?:<\/arg_value>|<\/function>|\})\s*$/.test(held) ? parseMarkupCall(held) : undefined;
  return [call ? { call } : { text: openTag + held }];
}

/** All whole calls in a text that has already gone out as something else. */
export function findMarkupCalls(text: string): MarkupCall[] {
  const calls: MarkupCall[] = [];
  for (const [, body = ''] of text.matchAll(/<tool_call>([\s\S]*?)<\/tool_call>/g)) {
    const call = parseMarkupCall(body);
    if (call) calls.push(call);
  }
  return calls;
}

function parseMarkupCall(body: string): MarkupCall | undefined {
  const text = body.trim();
  if (text.startsWith('{')) return parseJsonCall(text);
  const [, functionName, parameters] = /^<function=([^>\s]+)>([\s\S]*?)(?:<\/function>)?$/.exec(text) ?? [];
  if (functionName !== undefined && parameters !== undefined) {
    const pairs = parameters.matchAll(/<parameter=([^>\s]+)>\n?([\s\S]*?)\n?<\/parameter>/g);
    return { name: functionName, arguments: JSON.stringify(Object.fromEntries(pairsOf(pairs))) };
  }
  const [, name] = /^([A-Za-z0-9_.-]+)\s*(?:<arg_key>|$)/.exec(text) ?? [];
  return name === undefined ? undefined : { name, arguments: JSON.stringify(parseArgPairs(text)) };
}

/** The object that `<arg_key>…</arg_key><arg_value>…</arg_value>` pairs spell. All values are strings: the tool's schema types them. */
export function parseArgPairs(text: string): Record<string, unknown> {
  const pairs = text.matchAll(/<arg_key>([\s\S]*?)<\/arg_key>\s*<arg_value>([\s\S]*?)<\/arg_value>/g);
  return Object.fromEntries(pairsOf(pairs));
}

function pairsOf(matches: Iterable<RegExpMatchArray>): [string, unknown][] {
  return Array.from(matches, ([, key = '', value = '']) => [key.trim(), value]);
}

function parseJsonCall(text: string): MarkupCall | undefined {
  const call = parseJson(text);
  if (!isJsonObject(call) || typeof call['name'] !== 'string') return undefined;
  const args = call['arguments'] ?? {};
  return { name: call['name'], arguments: typeof args === 'string' ? args : JSON.stringify(args) };
}
