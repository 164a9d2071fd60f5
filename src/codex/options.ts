/**
 * Options of codex that take a value, of all subcommands that start a session: `--help` of codex 0.80 to 0.169. No
 * option takes a value under one subcommand and none under another, so one list serves all.
 */
const valueOptions = new Set([
  // everywhere
  '-c',
  '--config',
  '--enable',
  '--disable',
  // the TUI, exec, resume, fork
  '-m',
  '--model',
  '-p',
  '--profile',
  '-s',
  '--sandbox',
  '-a',
  '--ask-for-approval',
  '-C',
  '--cd',
  '--add-dir',
  '--local-provider',
  '-i',
  '--image',
  '--remote',
  '--remote-auth-token-env',
  // exec
  '--thread-source',
  '--cyber-access-program',
  '--output-schema',
  '--color',
  '-o',
  '--output-last-message',
  // review
  '--base',
  '--commit',
  '--title',
  // queue
  '--thread',
  '--message',
  // app-server
  '--startup-client-info',
  '--cloud-skills-snapshot',
  '--code-mode-host',
  '--listen',
  '--ws-auth',
  '--ws-token-file',
  '--ws-token-sha256',
  '--ws-shared-secret-file',
  '--ws-issuer',
  '--ws-audience',
  '--ws-max-clock-skew-seconds',
]);

/** Those of codex itself that take none: `--help` of codex 0.80 to 0.169, and the hidden `--yolo`. */
const switches = new Set([
  '--approve-for-me',
  '--dangerously-bypass-approvals-and-sandbox',
  '--dangerously-bypass-hook-trust',
  '--full-auto',
  '--help',
  '--no-alt-screen',
  '--no-daemon',
  '--oss',
  '--search',
  '--strict-config',
  '--version',
  '--worktree',
  '--yolo',
  '-h',
  '-V',
]);

/** Is this, without a value, an option that some version of codex takes? */
export function isCodexOption(option: string): boolean {
  return valueOptions.has(option) || switches.has(option);
}

export function takesValue(option: string): boolean {
  return valueOptions.has(option);
}

/** `-i a.png b.png`: takes every following argument that does not look like an option. */
export function takesSeveralValues(option: string): boolean {
  return option === '-i' || option === '--image';
}
