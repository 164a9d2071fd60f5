import { spawnSync } from 'node:child_process';
import { writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { readStat } from './process-table.ts';

/** Puts the terminal back into the state in which it was saved. */
export type RestoreTerminal = () => void;

/**
 * What a TUI of codex switches on and, killed by a signal, leaves on (codex 0.169): synchronized output, the alternate
 * screen, mouse and focus reports, bracketed paste, keyboard protocols, a hidden cursor, colours, a scroll region.
 */
const modesOff = [
  '\u001b[?2026l',
  '\u001b[?1049l',
  ...[1000, 1002, 1003, 1004, 1006, 1007, 2004].map((mode) => `\u001b[?${mode}l`),
  '\u001b[<1u',
  '\u001b[>4;0m',
  '\u001b[0m',
  '\u001b[0 q',
  '\u001b[?25h',
  '\r\n',
].join('');

/** @returns undefined when stdin is no terminal, or the system has no `stty` (Windows) */
export function saveTerminal(): RestoreTerminal | undefined {
  if (!isatty(0)) return undefined;
  const { status, stdout } = spawnSync('stty', ['-g'], { stdio: ['inherit', 'pipe', 'ignore'], encoding: 'utf8' });
  if (status !== 0) return undefined;
  return () => {
    // From the background, changing a terminal stops the process that tries.
    if (!isInForeground()) return;
    try {
      if (isatty(1)) writeSync(1, modesOff);
    } catch {
      // the terminal is gone
    }
    spawnSync('stty', [stdout.trim()], { stdio: ['inherit', 'ignore', 'ignore'] });
  };
}

/**
 * Whether a Ctrl-C typed now would reach this process: it has a terminal and belongs to that terminal's foreground process
 * group. Linux answers exactly; elsewhere an open terminal counts.
 */
export function isInForeground(platform: NodeJS.Platform = process.platform): boolean {
  if (platform === 'linux') {
    const [, , processGroup, , terminal, foregroundGroup] = readStat('self') ?? [];
    return terminal !== '0' && processGroup === foregroundGroup;
  }
  return platform === 'win32' || [0, 1, 2].some((descriptor) => isatty(descriptor));
}
