import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Script } from 'node:vm';
import { findPaths } from '../config/paths.ts';
import { writeAtomically } from '../launch/files/atomic-write.ts';

export interface LoadedProgram {
  /** What its first file exports. */
  exports: unknown;
  /**
   * Stores the compiled code of all that has run, if this start could not use what was stored. Best called once, when a
   * session has had its first answer: earlier, functions are missing that each start needs; after hours, V8 has dropped
   * those that only a start needs, which is why this is not node's own `enableCompileCache`, written at the end. No file
   * system error stops anything.
   */
  keep(): void;
}

/** Absent when there is no home to keep anything in. */
export function codeCacheFolder(environment: NodeJS.ProcessEnv): string | undefined {
  try {
    return findPaths(environment).codeCacheFolder;
  } catch {
    return undefined;
  }
}

/** Smaller files compile faster than their cache is read. */
const minLength = 16_384;

/**
 * Loads the program in `entry` and, as it asks for them, the files beside it that it names by `./`, from the compiled code
 * that an earlier run stored: 13 of the 41 ms until codex is spawned were compiling (Node 20.20). Code of another program
 * version, node or machine is not used.
 * @param entry path of a CommonJS file
 * @param requireBuiltin loads what is not named by `./`
 * @param folder of the stored code; absent: nothing is stored
 */
export function loadProgram(entry: string, requireBuiltin: NodeRequire, folder: string | undefined): LoadedProgram {
  const modules = new Map<string, { exports: unknown }>();
  const compiled: { script: Script; path: string; isStored: boolean }[] = [];

  function load(file: string): unknown {
    const loaded = modules.get(file);
    if (loaded) return loaded.exports;
    const module = { exports: {} };
    modules.set(file, module);
    const code = compile(file).runInThisContext() as (...scope: unknown[]) => void;
    const requireHere = (id: string) =>
      id.startsWith('./') ? load(join(dirname(file), id)) : (requireBuiltin(id) as unknown);
    code.call(module.exports, module.exports, requireHere, module, file, dirname(file));
    return module.exports;
  }

  function compile(file: string): Script {
    // in one line with the text: line numbers stay
    const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(file, 'utf8')}\n})`;
    if (folder === undefined || source.length < minLength) return new Script(source, { filename: file });
    // The name holds a hash of the text; V8 itself compares only the length.
    const path = join(folder, `${basename(file)}-${process.version}-${process.arch}`);
    const cachedData = readStored(path);
    const script = new Script(source, { filename: file, ...(cachedData && { cachedData }) });
    compiled.push({ script, path, isStored: cachedData !== undefined && script.cachedDataRejected !== true });
    return script;
  }

  function keep(): void {
    if (folder === undefined || compiled.every(({ isStored }) => isStored)) return;
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const paths = compiled.map(({ path }) => basename(path));
      for (const name of readdirSync(folder)) if (!paths.includes(name)) rmSync(join(folder, name));
      for (const { path, script } of compiled) store(path, script.createCachedData());
    } catch {
      // the next start only takes a little longer
    }
  }

  return { exports: load(entry), keep };
}

/** V8 believes what it reads: damaged code (power failed, the disk is old) would end each start in a crash. */
function readStored(path: string): Buffer | undefined {
  try {
    const content = readFileSync(path);
    const code = content.subarray(hashLength);
    return hashOf(code).equals(content.subarray(0, hashLength)) ? code : undefined;
  } catch {
    return undefined;
  }
}

function store(path: string, code: Buffer): void {
  writeAtomically(path, Buffer.concat([hashOf(code), code]));
}

const hashLength = 32;

function hashOf(code: Buffer): Buffer {
  return createHash('sha256').update(code).digest();
}
