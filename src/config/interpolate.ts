import { isTomlTable } from './toml.ts';

/** `${NAME}` names a variable that is not set. */
export class MissingVariable extends Error {
  readonly key: string;
  readonly variable: string;

  constructor(key: string, variable: string) {
    super(`${key}: ${variable} is not set`);
    this.key = key;
    this.variable = variable;
  }
}

/**
 * A copy of a TOML value in which `${NAME}` is replaced by the environment variable in every text; `$${` stands for `${`.
 * @param key dotted, for the error
 * @throws MissingVariable
 */
export function interpolate(value: unknown, environment: NodeJS.ProcessEnv, key = ''): unknown {
  if (typeof value === 'string') {
    return value.replace(/\$?\$\{(\w+)\}/g, (all, name: string) => {
      if (all.startsWith('$$')) return all.slice(1);
      const found = environment[name];
      if (found === undefined) throw new MissingVariable(key, name);
      return found;
    });
  }
  if (Array.isArray(value)) return value.map((each, index) => interpolate(each, environment, `${key}[${index}]`));
  if (!isTomlTable(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, interpolate(each, environment, key ? `${key}.${name}` : name)]),
  );
}
