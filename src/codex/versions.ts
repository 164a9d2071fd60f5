/**
 * What a launcher must know of codex's versions, once. Seen by starting each released minor version from 0.80 to 0.169;
 * `since` and `until` (exclusive) are the first releases that behave so.
 */
const capabilities = {
  /** `wire_api = "chat"` for a provider. */
  chatWire: { until: '0.95.0' },
  /** `model_catalog_json` is read; older versions ignore it and warn that they do not know the model. */
  modelCatalog: { since: '0.107.0' },
  /** The TUI knows `--full-auto`. */
  rootFullAuto: { until: '0.128.0' },
  /** `exec` knows `--full-auto`. */
  execFullAuto: { until: '0.147.0' },
  /** MCP tools come as `namespace` tools. */
  namespacedTools: { since: '0.123.0' },
  /** `-p NAME` reads the file `NAME.config.toml`; before, the table `[profiles.NAME]` of config.toml. */
  profileFiles: { since: '0.133.0' },
  /** `--strict-config` exists. Unknown keys are ignored without it. */
  strictConfig: { since: '0.133.0' },
  /** The catalog may name any thinking level; before, `max` was a parse error that ended codex. */
  freeEffortNames: { since: '0.138.0' },
  /** Requests are repeated without end unless `features.unbounded_connection_retries` is off. */
  unboundedRetries: { since: '0.150.0' },
  /** `--no-daemon` exists; a usage error before. */
  noDaemonFlag: { since: '0.156.0' },
  /** The TUI starts a daemon unless `features.daemon_auto_start` is off. */
  daemonByDefault: { since: '0.157.1' },
  /** `-c` before and behind a subcommand add up; before, those behind it made codex forget those before it. */
  addsConfigLevels: { since: '0.164.0' },
  /** A provider's `model_catalog_url` is fetched. */
  modelCatalogUrl: { since: '0.161.0' },
  /** The base instructions are the first developer message, no longer `instructions`. */
  instructionsAsMessage: { since: '0.162.0' },
} as const satisfies Record<string, { since?: string; until?: string }>;

export type Capability = keyof typeof capabilities;

/** The versions that the end-to-end tests run with. */
export const oldestTested = '0.107.0';
export const newestTested = '0.169.0';

/** Whether this version of codex behaves so; an unknown version counts as the newest that was tested. */
export function hasCapability(version: string | undefined, capability: Capability): boolean {
  const { since, until }: { since?: string; until?: string } = capabilities[capability];
  const known = version ?? newestTested;
  return (since === undefined || compare(known, since) >= 0) && (until === undefined || compare(known, until) < 0);
}

/** What to tell about a version that was not tested; undefined for one between the oldest and the newest tested. */
export function untestedVersion(version: string): string | undefined {
  if (!hasCapability(version, 'modelCatalog')) {
    return `codex ${version} is older than ${oldestTested}: it does not read the model catalog, so it warns about the model and guesses its limits. Update it: npm install -g @openai/codex`;
  }
  // A patch release changes nothing that was tested.
  const [tested, given] = [newestTested, version].map((text) => parse(text).slice(0, 2).join('.'));
  if (tested === given || compare(version, newestTested) < 0) return undefined;
  return `codex ${version} is newer than ${newestTested}, the newest that this codex-glm was tested with.`;
}

/** Compares by major, minor and patch; what stands behind (`-alpha.1`, `-linux-x64`) does not count. */
function compare(one: string, other: string): number {
  const [a, b] = [parse(one), parse(other)];
  const at = a.findIndex((part, index) => part !== b[index]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}

function parse(version: string): number[] {
  return /^(\d+)\.(\d+)\.(\d+)/.exec(version)?.slice(1).map(Number) ?? [0, 0, 0];
}
