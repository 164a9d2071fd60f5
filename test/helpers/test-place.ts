import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { isLinux, isWindows } from './systems.ts';

/** The folders that one test lives in, removed when it has finished. */
export interface TestPlace {
  /** In the environment of every process that the test starts: see processes.ts. */
  mark: string;
  /** `HOME`: the user's, to be left alone. */
  userHome: string;
  /** `CODEX_GLM_HOME`. */
  glmHome: string;
  /** The folder that codex works in: the root of an empty git repository. */
  workFolder: string;
  /** `TMPDIR`. */
  tempFolder: string;
  /** A clean environment: nothing of the machine's but a path to node and the system's tools. */
  environment: Record<string, string>;
}

export const repositoryRoot = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Where tests keep their folders: beside the code, but not below a temporary folder, where codex 0.169 neither puts its helper
 * programs nor takes a bubblewrap from, and warns of both.
 */
export const testHomes = isTemporary(repositoryRoot)
  ? join('/var/tmp', `codex-glm-tests-${process.getuid?.()}`)
  : join(repositoryRoot, '.test-homes');

function isTemporary(folder: string): boolean {
  return !isWindows && ['/tmp', tmpdir()].some((parent) => folder.startsWith(join(parent, '/')));
}

/** To be called inside of a test. */
export async function testPlace(): Promise<TestPlace> {
  const mark = `place-${randomBytes(6).toString('hex')}`;
  const folder = join(testHomes, mark);
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const place = {
    mark,
    userHome: join(folder, 'user'),
    glmHome: join(folder, 'glm'),
    workFolder: join(folder, 'work'),
    tempFolder: join(folder, 'tmp'),
  };
  const programs = join(folder, 'bin');
  for (const each of [place.userHome, place.tempFolder, programs]) await mkdir(each, { recursive: true });
  if (!isWindows) await symlink(process.execPath, join(programs, 'node'));
  if (isLinux) await copyBubblewrap(programs);
  await makeGitFolder(place.workFolder);
  return {
    ...place,
    environment: {
      ...(isWindows ? windowsEnvironment(place) : { PATH: `${programs}:/usr/local/bin:/usr/bin:/bin` }),
      HOME: place.userHome,
      TMPDIR: place.tempFolder,
      LANG: 'C.UTF-8',
      SHELL: '/bin/bash',
      CODEX_GLM_HOME: place.glmHome,
      CODEX_GLM_CODEX_PATH: join(repositoryRoot, 'node_modules/.bin/codex'),
      TEST_PLACE: mark,
    },
  };
}

/** What a program of Windows does not do without. */
function windowsEnvironment({ userHome, tempFolder }: Pick<TestPlace, 'userHome' | 'tempFolder'>) {
  const system = ['SystemRoot', 'ComSpec', 'PATHEXT'].map((name) => [name, process.env[name] ?? '']);
  return {
    ...Object.fromEntries(system),
    PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
    USERPROFILE: userHome,
    TEMP: tempFolder,
    TMP: tempFolder,
  };
}

/** codex warns on machines without bubblewrap that it takes the one it brings; here that one, as a copy, is on the PATH. */
async function copyBubblewrap(programs: string): Promise<void> {
  const vendor = join(repositoryRoot, `node_modules/@openai/codex-linux-${process.arch}/vendor`);
  for (const triple of await readdir(vendor).catch(() => [])) {
    await copyFile(join(vendor, triple, 'codex-resources/bwrap'), join(programs, 'bwrap'));
  }
}

/** An empty repository without the help of git, which the machine need not have. */
export async function makeGitFolder(folder: string): Promise<void> {
  await mkdir(join(folder, '.git/objects'), { recursive: true });
  await mkdir(join(folder, '.git/refs'), { recursive: true });
  await writeFile(join(folder, '.git/HEAD'), 'ref: refs/heads/main\n');
  await writeFile(join(folder, '.git/config'), '[core]\n\trepositoryformatversion = 0\n\tbare = false\n');
}
