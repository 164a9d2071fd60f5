import { fnv1a } from '../fnv.ts';

/** What ids look like on the chat wire: as they came, or exactly nine letters and digits (Mistral). */
export type CallIdForm = 'any' | 'nine-characters';

/**
 * Chat providers refuse a history in which one call id stands twice (GLM: code 1214), Codex keeps duplicates as they
 * came. Ids are renamed by order of appearance, so the same history always gets the same ids.
 */
export class CallIds {
  readonly #form: CallIdForm;
  readonly #used = new Set<string>();
  /** Codex's id -> chat ids of its calls that have no output yet, oldest first. */
  readonly #unanswered = new Map<string, string[]>();

  constructor(form: CallIdForm = 'any') {
    this.#form = form;
  }

  /** Takes a call into the history; returns the id it has on the chat wire. */
  open(id: string): string {
    const chatId = this.#unique(id === '' ? 'call' : id);
    this.#used.add(chatId);
    const queue = this.#unanswered.get(id);
    if (queue) queue.push(chatId);
    else this.#unanswered.set(id, [chatId]);
    return chatId;
  }

  /** The chat id of the oldest call with this id that has no output yet. */
  answer(id: string): string | undefined {
    const queue = this.#unanswered.get(id);
    const chatId = queue?.shift();
    if (queue?.length === 0) this.#unanswered.delete(id);
    return chatId;
  }

  isOpen(id: string): boolean {
    return this.#unanswered.has(id);
  }

  /** Takes the chat ids of all calls without output, in order of their calls; they count as answered. */
  answerAll(): string[] {
    const ids = [...this.#unanswered.values()].flat();
    this.#unanswered.clear();
    return ids;
  }

  /** How many ids have a call without output. */
  get openCount(): number {
    return this.#unanswered.size;
  }

  copy(): CallIds {
    const copy = new CallIds(this.#form);
    for (const id of this.#used) copy.#used.add(id);
    for (const [id, queue] of this.#unanswered) copy.#unanswered.set(id, [...queue]);
    return copy;
  }

  get used(): ReadonlySet<string> {
    return this.#used;
  }

  #unique(id: string): string {
    let candidate = this.#inForm(id);
    for (let n = 2; this.#used.has(candidate); n++) candidate = this.#inForm(`${id}_${n}`);
    return candidate;
  }

  #inForm(id: string): string {
    return this.#form === 'any' || /^[A-Za-z0-9]{9}$/.test(id) ? id : nineCharacters(id);
  }
}

/** Another 9 letters and digits for each text, the same ones for the same text: 32 + 10 bits of hash. */
function nineCharacters(id: string): string {
  const head = fnv1a(id).toString(36).padStart(7, '0');
  const tail = (fnv1a(`tail ${id}`) % 1296).toString(36).padStart(2, '0');
  return head + tail;
}
