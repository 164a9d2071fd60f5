import { baseUrlHint, problemOfBaseUrl } from '../catalog/base-url.ts';
import { nearest } from '../errors/nearest.ts';
import { isTomlTable } from './toml.ts';
import { maxPort, orList } from './setting-table.ts';

/** A value that config.toml must not have. `problem` completes the sentence `"key" ...`. */
export class BadValue extends Error {
  readonly key: string;
  readonly hint: string | undefined;

  constructor(key: string, problem: string, hint?: string) {
    super(problem);
    this.key = key;
    this.hint = hint;
  }
}

/** Looks at one value; throws BadValue. */
export type Check = (value: unknown, key: string) => void;

export const aText: Check = (value, key) => {
  if (typeof value !== 'string' || value.trim() === '') throw new BadValue(key, 'must be a text in quotes');
};

export const aSwitch: Check = (value, key) => {
  if (typeof value !== 'boolean') throw new BadValue(key, 'must be true or false');
};

export const aWholeNumber: Check = (value, key) => {
  if (!Number.isSafeInteger(value) || Number(value) < 0) throw new BadValue(key, 'must be a whole number from 0 on');
};

export const aPort: Check = (value, key) => {
  if (!Number.isSafeInteger(value) || Number(value) < 0 || Number(value) > maxPort)
    throw new BadValue(key, `must be a port, 0 to ${maxPort}`);
};

export const aNumber: Check = (value, key) => {
  if (typeof value !== 'number' || !(value >= 0)) throw new BadValue(key, 'must be a number from 0 on');
};

export const aUrl: Check = (value, key) => {
  aText(value, key);
  const problem = problemOfBaseUrl(String(value).trim());
  if (problem !== undefined) throw new BadValue(key, problem, baseUrlHint);
};

export function oneOf(words: readonly string[]): Check {
  return (value, key) => {
    if (typeof value !== 'string' || !words.includes(value)) throw new BadValue(key, `must be ${orList(words)}`);
  };
}

export function listOf(check: Check): Check {
  return (value, key) => {
    if (!Array.isArray(value)) throw new BadValue(key, 'must be a list');
    value.forEach((each, index) => check(each, `${key}[${index}]`));
  };
}

export const aTable: Check = (value, key) => {
  if (!isTomlTable(value)) throw new BadValue(key, 'must be a table');
};

/** A table with any keys and values of one kind. */
export function tableOf(check: Check): Check {
  return (value, key) => {
    aTable(value, key);
    for (const [name, each] of Object.entries(value as Record<string, unknown>)) check(each, `${key}.${name}`);
  };
}

function unknownKey(path: string, name: string, known: readonly string[]): BadValue {
  if (name === 'api_key' || name === 'key') {
    const hint = 'Keep the key by: codex-glm setup. This file may be shown to others.';
    return new BadValue(path, 'must not stand here', hint);
  }
  const meant = nearest(name, known);
  const guess = meant === undefined ? '' : `Did you mean ${meant}? `;
  return new BadValue(path, 'is no setting', `${guess}Known here: ${known.join(', ')}.`);
}

/** A table with known keys; `required` ones must be there. */
export function fields(spec: Readonly<Record<string, Check>>, required: readonly string[] = []): Check {
  return (value, key) => {
    aTable(value, key);
    const table = value as Record<string, unknown>;
    const path = (name: string) => (key === '' ? name : `${key}.${name}`);
    for (const [name, each] of Object.entries(table)) {
      const check = Object.hasOwn(spec, name) ? spec[name] : undefined;
      if (!check) throw unknownKey(path(name), name, Object.keys(spec));
      check(each, path(name));
    }
    for (const name of required) if (table[name] === undefined) throw new BadValue(path(name), 'is missing');
  };
}
