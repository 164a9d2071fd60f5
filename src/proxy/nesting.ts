/** No request of codex 0.80 to 0.169 and no tool schema seen comes near; thousands would overflow the stack later on. */
const maxDepth = 256;

type Container = unknown[] | Record<string, unknown>;

/** Is anything in a parsed JSON value nested more than 256 levels deep? Walks level by level, without recursion. */
export function isNestedTooDeeply(value: unknown): boolean {
  let level: Container[] = isContainer(value) ? [value] : [];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth >= maxDepth) return true;
    const next: Container[] = [];
    for (const container of level) {
      for (const child of Array.isArray(container) ? container : Object.values(container)) {
        if (isContainer(child)) next.push(child);
      }
    }
    level = next;
  }
  return false;
}

function isContainer(value: unknown): value is Container {
  return typeof value === 'object' && value !== null;
}
