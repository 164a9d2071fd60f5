import type { ChatRules } from '../../catalog/provider.ts';
import type { ChatTool } from '../../protocol/chat.ts';
import type { Diagnostic } from '../diagnostic.ts';
import { isObject } from './parse-request.ts';
import { simplifySchema } from './schema.ts';
import type { ToolNames, ToolTarget } from './tool-names.ts';

/**
 * Collects tool declarations in the order in which they are met (the request's `tools`, then those that a tool search
 * found), so that a longer history only ever adds to the end of the list.
 */
export class ToolList {
  readonly #tools: ChatTool[] = [];
  readonly #seen = new Set<string>();
  readonly #names: ToolNames;
  readonly #rules: ChatRules;
  readonly #report: (diagnostic: Diagnostic) => void;

  constructor(names: ToolNames, rules: ChatRules, report: (diagnostic: Diagnostic) => void) {
    this.#names = names;
    this.#rules = rules;
    this.#report = report;
  }

  /** The chat tools so far, at most as many as the provider takes. */
  list(report: (diagnostic: Diagnostic) => void): ChatTool[] {
    const { maxTools } = this.#rules;
    if (this.#tools.length <= maxTools) return this.#tools;
    report({ code: 'tools-cut', detail: `${this.#tools.length} tools, ${maxTools} allowed` });
    return this.#tools.slice(0, maxTools);
  }

  /** Adds one declaration of any kind; what a chat provider cannot be given is reported. */
  add(tool: unknown, namespace?: string): void {
    if (!isObject(tool)) return;
    // some clients nest the Chat way: {type, function: {name, …}}
    const declaration = isObject(tool['function']) ? { ...tool, ...tool['function'] } : tool;
    const { type, name } = declaration;
    if (type === 'namespace' && typeof name === 'string' && Array.isArray(declaration['tools'])) {
      for (const inner of declaration['tools']) this.add(inner, name);
    } else if (type === 'function' && typeof name === 'string' && name !== '') {
      this.#addFunction({ kind: 'function', name }, namespace, declaration, text(declaration['description']));
    } else if (type === 'custom' && typeof name === 'string' && name !== '') {
      const description = customDescription(name, declaration);
      this.#addFunction({ kind: 'custom', name }, namespace, { parameters: customParameters }, description);
    } else if (type === 'tool_search') {
      const target = { kind: 'tool_search', name: 'tool_search' } as const;
      this.#addFunction(target, undefined, declaration, text(declaration['description']));
    } else if (this.#rules.searchTool && searchTypes.has(String(type))) {
      this.#push(String(this.#rules.searchTool['type']), this.#rules.searchTool as unknown as ChatTool);
    } else {
      this.#report({ code: 'tool-dropped', detail: String(type) });
    }
  }

  #push(name: string, tool: ChatTool): void {
    if (this.#seen.has(name)) return;
    this.#seen.add(name);
    if (this.#rules.deniedTools?.some((pattern) => matches(name, pattern))) {
      this.#report({ code: 'tool-dropped', detail: `${name}: denied` });
    } else this.#tools.push(tool);
  }

  #addFunction(
    tool: ToolTarget,
    namespace: string | undefined,
    declaration: Record<string, unknown>,
    description: string,
  ): void {
    const declared = isObject(declaration['parameters']) ? declaration['parameters'] : {};
    const name = this.#names.declare({
      ...tool,
      ...(namespace === undefined ? {} : { namespace }),
      ...(tool.kind === 'function' ? { parameters: declared } : {}),
    });
    this.#push(name, {
      type: 'function',
      function: {
        name,
        description: description || (this.#rules.quirks.includes('description-required') ? tool.name : ''),
        parameters: this.#parameters(name, declared),
      },
    });
  }

  #parameters(name: string, declared: Record<string, unknown>): Record<string, unknown> {
    const parameters: Record<string, unknown> = { type: 'object', properties: {}, ...declared };
    // arguments are always an object, whatever the declaration says
    parameters['type'] = 'object';
    if (!isObject(parameters['properties'])) parameters['properties'] = {};
    if (!this.#rules.quirks.includes('plain-schemas')) return parameters;
    const { schema, simplified } = simplifySchema(parameters);
    if (simplified) this.#report({ code: 'schema-simplified', detail: name });
    return schema;
  }
}

/** All the names that the tool has had in the Responses API. */
const searchTypes = new Set([
  'web_search',
  'web_search_2025_08_26',
  'web_search_preview',
  'web_search_preview_2025_03_11',
]);

function matches(name: string, pattern: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

/** The one field of a freeform tool's function form; `stream/custom-input.ts` takes the text out again. */
const customParameters = {
  type: 'object',
  properties: { input: { type: 'string', description: 'The whole text, exactly as the tool expects it.' } },
  required: ['input'],
};

function customDescription(name: string, tool: Record<string, unknown>): string {
  // Codex's own text says "do not wrap it in JSON", which contradicts the function form.
  const said = text(tool['description'])
    .replace(/\s*This is a FREEFORM tool[^.]*\./, '')
    .trim();
  const format = isObject(tool['format']) ? tool['format'] : {};
  const grammar =
    format['type'] === 'grammar'
      ? `The text must follow this ${text(format['syntax'])} grammar:\n${text(format['definition'])}`
      : '';
  const example = name === 'apply_patch' ? applyPatchExample : '';
  return [said, 'Put the whole text into the field `input`.', grammar, example].filter(Boolean).join('\n\n');
}

/** GLM-5.2 does not reliably follow the grammar alone; with an example in sight it does (CodexHub issue 105, 2026-07). */
const applyPatchExample = `A complete \`input\` that adds one file and changes another:
*** Begin Patch
*** Add File: notes/todo.txt
+first line
+second line
*** Update File: src/app.py
@@ def greet():
-    print("helo")
+    print("hello")
*** End Patch`;

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
