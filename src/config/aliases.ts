import type { ModelAliases } from '../catalog/model-names.ts';
import { splitList } from './setting-table.ts';

/** A model alias that leads back to itself; `loop` names the stations. */
export class AliasLoop extends Error {
  readonly loop: readonly string[];

  constructor(loop: readonly string[]) {
    super(loop.join(' -> '));
    this.loop = loop;
  }
}

/**
 * Aliases whose targets are other aliases, followed to the end.
 * @throws AliasLoop
 */
export function flattenAliases(aliases: ModelAliases): ModelAliases {
  const ends = Object.keys(aliases).map((start) => {
    const path = [start];
    let target = aliases[start] ?? '';
    while (Object.hasOwn(aliases, target)) {
      if (path.includes(target)) throw new AliasLoop([...path, target]);
      path.push(target);
      target = aliases[target] ?? '';
    }
    return [start, target];
  });
  return Object.fromEntries(ends) as ModelAliases;
}

/** codex-relay's `src:dst,src:dst`. A model id may hold a colon (`qwen3.8:27b`): the first one separates. */
export function parseModelMap(text: string): ModelAliases {
  return Object.fromEntries(
    splitList(text).flatMap((pair) => {
      const colon = pair.indexOf(':');
      return colon > 0 ? [[pair.slice(0, colon).trim(), pair.slice(colon + 1).trim()]] : [];
    }),
  );
}
