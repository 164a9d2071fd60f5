import type { Diagnostic } from '../diagnostic.ts';
import type { HistoryFold } from './history-fold.ts';
import type { ResponseFormat } from './response-format.ts';
import type { ToolChoice } from './tool-choice.ts';
import type { ToolNames } from './tool-names.ts';
import type { ToolList } from './tools.ts';

/** A history as far as it is folded, with all that grew with it. */
export interface FoldedHistory {
  items: readonly unknown[];
  /** What else the fold was begun with: JSON values. */
  settings: readonly unknown[];
  /** As JSON, once it was asked for. */
  settingsText?: string;
  readonly fold: HistoryFold;
  readonly names: ToolNames;
  readonly tools: ToolList;
  readonly choice: ToolChoice;
  readonly format: ResponseFormat;
  readonly diagnostics: Diagnostic[];
}

/** A shorter history is folded faster than it is remembered. */
const minItems = 16;

/**
 * Keeps the folds of histories, for requests that go on with the very same item objects; no longer than somebody else
 * keeps those. For one provider: a fold depends on its rules.
 */
export class FoldMemory {
  /** By the last item. */
  readonly #histories = new WeakMap<object, FoldedHistory>();

  /** Takes out the history that `items` go on with, if it was begun with equal settings. */
  take(items: readonly unknown[], settings: readonly unknown[]): FoldedHistory | undefined {
    const last = items.findLast((item) => isKey(item) && this.#histories.has(item));
    const known = isKey(last) ? this.#histories.get(last) : undefined;
    if (!known || !known.items.every((item, index) => item === items[index])) return undefined;
    known.settingsText ??= JSON.stringify(known.settings);
    if (known.settingsText !== JSON.stringify(settings)) return undefined;
    if (isKey(last)) this.#histories.delete(last);
    return known;
  }

  /** Puts a history in; it must not be added to before it is taken out again. */
  keep(history: FoldedHistory): void {
    const last = history.items.at(-1);
    if (history.items.length >= minItems && isKey(last)) this.#histories.set(last, history);
  }
}

function isKey(item: unknown): item is object {
  return typeof item === 'object' && item !== null;
}
