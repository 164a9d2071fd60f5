/**
 * The text of a stream whose last message broke off and comes again: what a client has already is not said twice where the
 * new message begins the same way. Where it does not, it stands whole behind the broken one: nothing can be taken back.
 */
export interface ResentText {
  /** The text that was given on so far ends with `length` characters that are void. */
  expect(length: number): void;
  /** @returns what is to be given on of `text` */
  take(text: string): string;
  /** To be called at the end. @returns what was held back and is no repetition */
  rest(): string;
}

export function createResentText(): ResentText {
  /** What was given on since the last message that is known to be whole; the end of it may become void. */
  let given = '';
  /** The broken message, of which `held` repeats the beginning so far. */
  let broken = '';
  let held = '';

  function giveOn(text: string): string {
    broken = '';
    held = '';
    given += text;
    return text;
  }

  return {
    expect(length) {
      // while a repetition is held back, what was given on is still the first one
      if (broken === '') broken = given.slice(given.length - length);
      held = '';
    },
    take(text) {
      if (broken === '') return giveOn(text);
      held += text;
      if (held.startsWith(broken)) return giveOn(held.slice(broken.length));
      return broken.startsWith(held) ? '' : giveOn(`\n\n${held.trimStart()}`);
    },
    // shorter than the broken one, and so another one
    rest: () => (held === '' ? '' : giveOn(`\n\n${held.trimStart()}`)),
  };
}
