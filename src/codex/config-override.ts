import type { ScannedOption } from './scan-arguments.ts';

/** One of the user's `-c key=value`. */
export interface ConfigOverride {
  key: string;
  /** As written: TOML, or bare text where that is no TOML. */
  value: string;
  /** Place of the argument that ends it. */
  lastIndex: number;
}

/** The option as `-c key=value`, if it is one. */
export function toConfigOverride({ name, value = '', lastIndex }: ScannedOption): ConfigOverride | undefined {
  if (name !== '-c' && name !== '--config') return undefined;
  const equals = value.indexOf('=');
  if (equals < 0) return undefined;
  return { key: value.slice(0, equals).trim(), value: value.slice(equals + 1).trim(), lastIndex };
}
