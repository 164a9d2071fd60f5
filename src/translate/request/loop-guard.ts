/** How often the same call may give the same result before the model is told. */
const patience = 5;

/**
 * Finds a model that makes the same call again and again without anything changing (GLM: 220 identical calls in a row,
 * pi issue 9637, 2026). It depends on nothing but what came before, so a notice stays where it stands when the history
 * grows.
 */
export class LoopGuard {
  /** Calls without output: chat id -> what was called. */
  readonly #open = new Map<string, string>();
  #call = '';
  #output = '';
  #count = 0;

  /** Takes a call into account. */
  called(id: string, name: string, argumentsText: string): void {
    this.#open.set(id, `${name}\n${argumentsText}`);
  }

  /** Takes a call's output into account; returns what to add to it, if anything. */
  answered(id: string, output: string): string | undefined {
    const call = this.#open.get(id) ?? '';
    this.#open.delete(id);
    const isSame = call === this.#call && withoutTimes(output) === withoutTimes(this.#output);
    this.#call = call;
    this.#output = output;
    this.#count = isSame ? this.#count + 1 : 1;
    if (this.#count < patience) return undefined;
    return `[This call has given this result ${this.#count} times in a row. Do not repeat it: do something else, wait longer, or say what is in the way.]`;
  }

  copy(): LoopGuard {
    const copy = new LoopGuard();
    for (const [id, call] of this.#open) copy.#open.set(id, call);
    copy.#call = this.#call;
    copy.#output = this.#output;
    copy.#count = this.#count;
    return copy;
  }
}

/** What codex puts in front of a command's output differs each time (seen with 0.169). */
function withoutTimes(output: string): string {
  return output.replace(/^(Chunk ID|Wall time): .*$/gm, '');
}
