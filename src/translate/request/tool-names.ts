import { fnv1a } from '../fnv.ts';

/**
 * Chat tool names are flat: `[A-Za-z0-9_-]{1,64}`. Codex has namespaces (MCP servers since 0.123, sub-agents since
 * 0.133) and answers a call only if it comes back with the same `name` and a separate `namespace`. This map goes both
 * ways; it is a bijection between declared tools and flat names.
 */
export interface ToolTarget {
  kind: 'function' | 'custom' | 'tool_search';
  name: string;
  namespace?: string;
  /** The declared schema, for repairing arguments. */
  parameters?: Record<string, unknown>;
}

const maxLength = 64;

export class ToolNames {
  readonly #flatByTool = new Map<string, string>();
  readonly #targetByFlat = new Map<string, ToolTarget>();

  /** Registers a declared tool and returns its flat name. The same tool twice keeps its first name. */
  declare(target: ToolTarget): string {
    const key = toolKey(target.name, target.namespace);
    const known = this.#flatByTool.get(key);
    if (known !== undefined) return known;
    const wanted = flatten(target.name, target.namespace);
    let flat = wanted;
    for (let n = 0; this.#targetByFlat.has(flat); n++) {
      flat = withHash(wanted, hashText(target.name, target.namespace) + '\n'.repeat(n));
    }
    this.#flatByTool.set(key, flat);
    this.#targetByFlat.set(flat, target);
    return flat;
  }

  /** The flat name of a tool called earlier in the conversation, declared any more or not. */
  flat(name: string, namespace?: string | null): string {
    return this.#flatByTool.get(toolKey(name, namespace)) ?? flatten(name, namespace);
  }

  /** The declared tool behind a flat name that the model called. */
  target(flat: string): ToolTarget | undefined {
    return this.#targetByFlat.get(flat);
  }
}

/** Different for different tools, whatever characters their names have. */
function toolKey(name: string, namespace?: string | null): string {
  return namespace ? `${namespace.length}:${namespace}${name}` : `:${name}`;
}

/** What a name's hash is made of; the same in all versions of codex-glm, so that histories keep their names. */
function hashText(name: string, namespace?: string | null): string {
  return namespace ? `${namespace}\n${name}` : name;
}

/** `mcp__tiny` + `add` -> `mcp__tiny__add`; `mcp__tiny__` (codex 0.123 to 0.133) + `add` gives the same. */
function flatten(name: string, namespace?: string | null): string {
  const joined = namespace ? `${namespace.replace(/_+$/, '')}__${name}` : name;
  const clean = joined.replace(/[^A-Za-z0-9_-]/g, '_');
  return clean === joined && clean.length <= maxLength && clean !== ''
    ? clean
    : withHash(clean, hashText(name, namespace));
}

function withHash(clean: string, text: string): string {
  const suffix = `_${fnv1a(text).toString(36).padStart(7, '0')}`;
  return clean.slice(0, maxLength - suffix.length) + suffix;
}
