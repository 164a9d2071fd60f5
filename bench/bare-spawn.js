// What any launcher on node takes at least: it starts a program and waits. Usage: node bare-spawn.js <program> [arguments]
import { spawn } from 'node:child_process';

const [program, ...args] = process.argv.slice(2);
spawn(program, args, { stdio: 'inherit' }).once('exit', (code) => {
  process.exitCode = code ?? 1;
});
