import toml from '@iarna/toml';

/** A parsed TOML document. Integers beyond 2^53 are bigints, dates are (subclasses of) Date. */
export type TomlTable = Record<string, unknown>;

/** The document is not TOML; `line` and `column` count from 1. */
export class TomlSyntaxError extends Error {
  readonly line: number;
  readonly column: number;

  constructor(message: string, line: number, column: number) {
    super(message);
    this.name = 'TomlSyntaxError';
    this.line = line;
    this.column = column;
  }
}

/** @throws TomlSyntaxError */
export function parseToml(text: string): TomlTable {
  try {
    // editors on Windows: a byte order mark, and line ends that @iarna/toml 3.0 refuses behind a comment
    return toml.parse(text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n'));
  } catch (error) {
    // The library's own error carries the position (from 0) and appends it, with an excerpt, to the message.
    const { message, line, col } = error as Error & { line?: number; col?: number };
    throw new TomlSyntaxError(message.replace(/ at row \d+[^]*$/, ''), (line ?? 0) + 1, (col ?? 0) + 1);
  }
}

/** Comments and layout of the text that `table` came from are lost. */
export function stringifyToml(table: TomlTable): string {
  // The library's type wants its own JSON-like map; it throws on anything that TOML cannot hold.
  return toml.stringify(table as toml.JsonMap);
}

/** A TOML basic string: JSON's escapes are a subset of TOML's, all but DEL. */
export function tomlString(text: string): string {
  return JSON.stringify(text).replaceAll('\u007f', '\\u007f');
}

/** One value as codex reads it behind `-c key=`: TOML, or else the text itself. */
export function tomlValue(text: string): unknown {
  try {
    return parseToml(`value = ${text}`)['value'];
  } catch {
    return text;
  }
}

export function isTomlTable(value: unknown): value is TomlTable {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
