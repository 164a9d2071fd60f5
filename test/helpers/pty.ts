import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';
import { expect, onTestFinished } from 'vitest';
import { launcherPath } from './run-launcher.ts';
import type { TestPlace } from './test-place.ts';

const keys = {
  enter: '\r',
  down: '\u001b[B',
  escape: '\u001b',
  interrupt: '\u0003',
  suspend: '\u001a',
  clearLine: '\u0015',
};

export interface LauncherTerminal {
  /** The visible lines, without blanks at their ends. */
  screen(): string;
  /** Resolves with the screen as soon as it matches; rejects with the screen after the deadline (default 30 s). */
  waitFor(pattern: RegExp | ((screen: string) => boolean), deadlineMs?: number): Promise<string>;
  type(text: string): void;
  /** Types the text again until the screen matches, the line cleared before: see `pressUntil`. */
  typeUntil(text: string, pattern: RegExp): Promise<string>;
  press(key: keyof typeof keys): void;
  /**
   * Presses the key again and again until the screen matches: codex drops keys for a moment after a dialog has opened
   * (seen with 0.169). Resolves with the screen.
   */
  pressUntil(key: keyof typeof keys, pattern: RegExp): Promise<string>;
  /** Resolves with the exit status; rejects with the screen after the deadline (default 20 s). */
  waitForExit(deadlineMs?: number): Promise<number>;
  /** To the program itself, as `kill` sends it. */
  sendSignal(signal: NodeJS.Signals): void;
  /** Whether the program has switched a mode of the terminal on and not off again. */
  modes(): { alternateScreen: boolean; bracketedPaste: boolean; focusReports: boolean; hiddenCursor: boolean };
}

/** Starts `codex-glm ...args` on a pseudo-terminal of 120 x 40. Killed when the test has finished and it still runs. */
export function openLauncher(place: TestPlace, args: readonly string[]): LauncherTerminal {
  return openTerminal(place, process.execPath, [launcherPath, ...args]);
}

/** The same with any other program. */
export function openTerminal(place: TestPlace, program: string, args: readonly string[]): LauncherTerminal {
  const size = { cols: 120, rows: 40 };
  const terminal = new xterm.Terminal({ ...size, allowProposedApi: true });
  const child = spawn(program, [...args], {
    ...size,
    cwd: place.workFolder,
    env: { ...place.environment, TERM: 'xterm-256color', PS1: '$ ' },
  });
  const waiting = new Set<() => void>();
  let hiddenCursor = false;
  let exitStatus: number | undefined;
  const checkAll = () => {
    for (const check of waiting) check();
  };
  child.onData((text) => {
    // the emulator does not tell
    const [hidden, shown] = ['\u001b[?25l', '\u001b[?25h'].map((code) => text.lastIndexOf(code));
    if (hidden !== shown) hiddenCursor = (hidden ?? -1) > (shown ?? -1);
    terminal.write(text, checkAll);
  });
  child.onExit(({ exitCode }) =>
    // behind all that was written before
    terminal.write('', () => {
      exitStatus = exitCode;
      checkAll();
    }),
  );
  // answers to what the program asks its terminal (cursor position, colours)
  terminal.onData((text) => child.write(text));
  onTestFinished(() => {
    if (exitStatus === undefined) child.kill('SIGKILL');
    terminal.dispose();
  });

  function screen(): string {
    const { buffer } = terminal;
    const lines = Array.from({ length: size.rows }, (_, row) =>
      buffer.active.getLine(buffer.active.viewportY + row)?.translateToString(true),
    );
    return lines
      .map((line) => (line ?? '').trimEnd())
      .join('\n')
      .trimEnd();
  }

  function until<T>(read: () => T | undefined, what: string, deadlineMs: number): Promise<T> {
    return new Promise((resolve, reject) => {
      const finish = (act: () => void) => {
        clearTimeout(timer);
        waiting.delete(check);
        act();
      };
      const check = () => {
        const value = read();
        if (value !== undefined) return finish(() => resolve(value));
        if (exitStatus === undefined) return;
        finish(() => reject(new Error(`ended (${exitStatus}) before ${what}\n${screen()}`)));
      };
      const timer = setTimeout(
        () => finish(() => reject(new Error(`no ${what} within ${deadlineMs} ms\n${screen()}`))),
        deadlineMs,
      );
      waiting.add(check);
      check();
    });
  }

  const press = (key: keyof typeof keys) => child.write(keys[key]);
  const waitFor: LauncherTerminal['waitFor'] = (pattern, deadlineMs = 30_000) => {
    const isShown = typeof pattern === 'function' ? pattern : (text: string) => pattern.test(text);
    return until(() => (isShown(screen()) ? screen() : undefined), String(pattern), deadlineMs);
  };
  const again = (act: () => void, everyMs: number, pattern: RegExp) => {
    act();
    const timer = setInterval(act, everyMs);
    return waitFor(pattern).finally(() => clearInterval(timer));
  };

  return {
    screen,
    waitFor,
    type: (text) => child.write(text),
    press,
    pressUntil: (key, pattern) => again(() => press(key), 500, pattern),
    typeUntil: (text, pattern) => again(() => child.write(`${keys.clearLine}${text}`), 2000, pattern),
    sendSignal: (signal) => child.kill(signal),
    modes: () => ({
      alternateScreen: terminal.buffer.active.type === 'alternate',
      bracketedPaste: terminal.modes.bracketedPasteMode,
      focusReports: terminal.modes.sendFocusMode,
      hiddenCursor,
    }),
    waitForExit: (deadlineMs = 20_000) => until(() => exitStatus, 'exit', deadlineMs),
  };
}

/**
 * Expects the screen to become what is stored as `__screens__/<name>`: what was waited for may have arrived a moment before
 * the rest of it. `steady` takes out what differs between two runs.
 * @returns the screen
 */
export async function expectScreen(
  terminal: LauncherTerminal,
  name: string,
  steady: (screen: string) => string,
): Promise<string> {
  const file = join(import.meta.dirname, '../e2e/__screens__', name);
  const isStored = (screen: string) => steady(screen) === readFileSync(file, 'utf8');
  // too late, the comparison tells the difference
  await terminal.waitFor(isStored, 10_000).catch(() => undefined);
  const screen = terminal.screen();
  await expect(steady(screen)).toMatchFileSnapshot(file);
  return screen;
}

/** A screen without what differs between two runs or machines: versions, folders, times, codex's moving logo. */
export function steadyScreen(screen: string, place: TestPlace): string {
  return `${screen
    .replaceAll(place.workFolder, '<work>')
    .replace(/\d+\.\d+\.\d+/g, 'X.Y.Z')
    .replace(/Worked for .*/g, 'Worked for …')
    .replace(/[\u2800-\u28ff]+/g, '')
    .replace(/\n\s*\n/g, '\n\n')}\n`;
}
