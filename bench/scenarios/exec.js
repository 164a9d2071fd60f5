import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nowMs } from '../answers.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, '.test-homes', 'bench');
const prompt = ['exec', '--skip-git-repo-check', '-s', 'read-only', 'Say done.'];
const deadlineMs = 30_000;

/** What a user runs, as the program and the environment it gets. */
const commands = {
  'plain codex': (upstreamUrl) => ({
    args: [join(root, 'node_modules/@openai/codex/bin/codex.js'), ...prompt],
    environment: { CODEX_HOME: homeOf('plain', config(upstreamUrl)), BENCH_KEY: 'k' },
  }),
  'codex-glm': (upstreamUrl) => ({
    args: [join(root, 'bin/codex-glm.js'), ...prompt],
    environment: {
      CODEX_GLM_HOME: join(folder, 'glm'),
      CODEX_GLM_PROVIDER: 'zai',
      CODEX_GLM_BASE_URL: upstreamUrl,
      ZAI_API_KEY: 'k',
      CODEX_GLM_CODEX_PATH: join(root, 'node_modules/@openai/codex/bin/codex.js'),
    },
  }),
  // without a proxy and without files of its own; codex with the same features off as ours
  'node that only spawns codex': (upstreamUrl) => ({
    args: [join(root, 'bench/bare-spawn.js'), nativeCodex(), ...prompt],
    environment: { CODEX_HOME: homeOf('bare', config(upstreamUrl, quietCodex)), BENCH_KEY: 'k' },
  }),
};

const quietCodex = `check_for_update_on_startup = false
analytics = { enabled = false }
features = { plugins = false, daemon_auto_start = false, unbounded_connection_retries = false }`;

function homeOf(name, text) {
  const home = join(folder, name);
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, 'config.toml'), text);
  return home;
}

function nativeCodex() {
  const require = createRequire(join(root, 'node_modules/@openai/codex/package.json'));
  const vendor = join(dirname(require.resolve(`@openai/codex-linux-${process.arch}/package.json`)), 'vendor');
  return join(vendor, readdirSync(vendor)[0], 'bin/codex');
}

function config(upstreamUrl, more = '') {
  return `model = "gpt-5.5"
model_provider = "bench"
${more}
[model_providers.bench]
name = "bench"
base_url = "${upstreamUrl}"
wire_api = "responses"
env_key = "BENCH_KEY"
`;
}

/** The whole command line: from the start of the process until codex's first request reaches the provider. */
export default {
  name: 'exec',
  title:
    '`codex exec` by its npm shim against `codex-glm exec`, warm homes: start of the process to the first request at the provider (the last column is the least that a launcher on node can take)',
  metrics: { time: { title: 'time', unit: 'ms', compare: 'ratio', limit: 0.8 } },
  contestants: Object.keys(commands).map((name) => ({ name })),
  startsTargets: true,
  minRounds: 21,
  async measure({ name }, { upstream, upstreamUrl }) {
    await upstream.ask('say', { chunks: 1, perSecond: 0, native: true });
    const { args, environment } = commands[name](upstreamUrl);
    const startedAtMs = nowMs();
    const status = await run(args, environment);
    const [first] = await upstream.ask('seen');
    if (status !== 0 || !first) throw new Error(`${name} ended with status ${status}`);
    return { time: first.arrivedAtMs - startedAtMs };
  },
};

function run(args, environment) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: folder,
      // nothing of this machine's own settings
      env: { PATH: process.env.PATH, HOME: folder, ...environment },
      stdio: 'ignore',
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), deadlineMs);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      resolve(code ?? signal);
    });
  });
}
