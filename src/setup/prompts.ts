import type { Readable, Writable } from 'node:stream';
import { CancelledError } from '../errors/errors.ts';

export interface Choice<T extends string> {
  value: T;
  label: string;
  hint?: string;
}

/** Questions on a terminal. Each throws CancelledError on Ctrl-C or Escape. */
export interface Prompts {
  choose<T extends string>(message: string, choices: readonly Choice<T>[], initial?: T): Promise<T>;
  /** `check` returns what is wrong with the text. */
  ask(
    message: string,
    options: { initial?: string | undefined; check: (text: string) => string | undefined },
  ): Promise<string>;
  /** What is typed is not shown. */
  askHidden(message: string, check: (text: string) => string | undefined): Promise<string>;
  confirm(message: string, initial: boolean): Promise<boolean>;
  title(text: string): void;
  say(text: string): void;
  note(text: string, title: string): void;
  /** The last words. */
  end(text: string): void;
  /** What a "no" to the last question throws. */
  cancelled(): CancelledError;
  /** Shows that something is under way; Ctrl-C aborts the signal. */
  wait<T>(message: string, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

/** Of longer lists only a part is shown at a time. */
const maxItems = 16;

/** @param what for the error of a cancelled question: "Setup" */
export async function createPrompts(what: string, input: Readable, output: Writable): Promise<Prompts> {
  const clack = await import('@clack/prompts');
  const streams = { input, output };
  const answered = <T>(answer: T): Exclude<T, symbol> => {
    if (clack.isCancel(answer)) throw new CancelledError(what);
    // the one symbol that clack gives is the cancelled answer
    return answer as Exclude<T, symbol>;
  };
  return {
    choose: async (message, choices, initial) => {
      const options = choices.map(({ value, label, hint }) => ({ value, label, ...(hint && { hint }) }));
      const picked = await clack.select<string>({
        ...streams,
        message,
        options,
        maxItems,
        ...(initial && { initialValue: initial }),
      });
      // one of the values that were given
      return answered(picked) as (typeof choices)[number]['value'];
    },
    ask: async (message, { initial, check }) =>
      answered(
        await clack.text({
          ...streams,
          message,
          ...(initial && { initialValue: initial }),
          validate: (text) => check(text?.trim() ?? ''),
        }),
      ).trim(),
    askHidden: async (message, check) =>
      answered(await clack.password({ ...streams, message, validate: (text) => check(text?.trim() ?? '') })).trim(),
    confirm: async (message, initial) => answered(await clack.confirm({ ...streams, message, initialValue: initial })),
    title: (text) => clack.intro(text, { output }),
    say: (text) => clack.log.message(text, { output }),
    note: (text, title) => clack.note(text, title, { output, format: (line) => line }),
    end: (text) => clack.outro(text, { output }),
    cancelled: () => new CancelledError(what),
    wait: async (message, work) => {
      const controller = new AbortController();
      const cancel = () => controller.abort(new CancelledError(what));
      // clack's own spinner would end the process with status 0 on Ctrl-C
      process.once('SIGINT', cancel);
      const stop = spin(message, output);
      try {
        const result = await work(controller.signal);
        controller.signal.throwIfAborted();
        return result;
      } finally {
        stop();
        process.off('SIGINT', cancel);
      }
    },
  };
}

const frames = ['◒', '◐', '◓', '◑'];

/** One moving line; gone when it is stopped. */
function spin(message: string, output: Writable): () => void {
  let turn = 0;
  const show = () => output.write(`\r${frames[turn++ % frames.length]}  ${message}`);
  show();
  const timer = setInterval(show, 100);
  return () => {
    clearInterval(timer);
    output.write('\r\u001b[2K');
  };
}
