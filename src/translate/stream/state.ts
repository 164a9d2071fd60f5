import type { ChatUsage } from '../../protocol/chat.ts';
import type { OutputItem, Response } from '../../protocol/responses.ts';
import type { Diagnostic, DiagnosticCode } from '../diagnostic.ts';
import type { ToolNames } from '../request/tool-names.ts';
import { createContentSplitter, type ContentSplitter } from './think-tags.ts';
import { createRepeatGuard, type RepeatGuard } from './repeat-guard.ts';
import type { OpenMessage, OpenReasoningItem, ToolCall } from './items-under-way.ts';
import { createMarkupScanner, type MarkupScanner } from './tool-call-markup.ts';

export interface StreamOptions {
  /** Skeleton that every lifecycle event carries: id, created_at, model, tools; status in_progress, output []. */
  response: Response;
  /** The tools offered to the model, by the flat names it knows. */
  tools: ToolNames;
  /** Call ids already used in this conversation: a model that reuses one gets it made unique. */
  usedCallIds: ReadonlySet<string>;
  /** Model family, written into the reasoning envelope. */
  family: string;
  /** Estimate of the prompt's tokens, used when the provider sends no usage. */
  estimatedInputTokens: number;
  /** Third-party hosts leak GLM's `<tool_call>` markup into text; look for it only when told to. */
  toolCallMarkup?: boolean;
  /**
   * Hosts without a matching reasoning parser put the whole answer into the reasoning field (SGLang issue 37645). When
   * told to, reasoning that no text and no call followed becomes the answer.
   */
  answerInReasoning?: boolean;
  /** End an answer that the provider filtered as failed, not as incomplete: for clients that repeat incomplete ones. */
  filteredIsFailure?: boolean;
  /**
   * Says whether a final text is what the request's `text.format` asks for. Text is held back until the answer is
   * complete then, so that a wrong one can be asked for again.
   */
  checkAnswer?: AnswerCheck;
  /**
   * The answer is of use only as a whole, and as text: text is held back until then, calls are dropped, and an answer that
   * its limit cut short is none.
   */
  mustBeWhole?: boolean;
}

/** A final text, cleaned of what stood around the JSON value; or what is wrong with it, in words for the model. */
export type AnswerCheck = (text: string) => { text: string } | { problem: string };

/**
 * One stream's memory, owned by that stream and changed in place: a new object per token would cost more than the rest
 * of the translation. Only the functions of `reduce.ts` are for callers.
 */
export interface StreamState {
  readonly options: StreamOptions;
  /** The response's id without its prefix; item ids are made of it. */
  readonly idStem: string;
  sequence: number;
  /** A terminal event was sent: nothing may follow. */
  ended: boolean;
  /** Finished items by `output_index`; a hole is an item that is open, or was abandoned. */
  readonly items: (OutputItem | undefined)[];
  /** The message or reasoning item that deltas are being added to. */
  open: OpenMessage | OpenReasoningItem | undefined;
  /** Those of the conversation and of this response. */
  readonly callIds: Set<string>;
  attempt: Attempt;
  readonly diagnostics: Diagnostic[];
}

/** What is known of the provider's current answer; a second attempt at the same response begins anew. */
export interface Attempt {
  readonly calls: ToolCall[];
  readonly content: ContentSplitter;
  readonly markup: MarkupScanner;
  /** Blank text that is sent only if a word follows: hosts put line breaks between reasoning and calls. */
  blank: string;
  readonly repeats: RepeatGuard;
  hasText: boolean;
  hasReasoning: boolean;
  /** All reasoning, kept only for the options that look at it in the end. */
  readonly reasoningText: string[];
  finishReason: string | undefined;
  /** `finishReason` came and items were closed; deltas behind it are ignored and counted. */
  settled: boolean;
  lateDeltas: number;
  usage: ChatUsage | undefined;
  /** The newest usage came at the end of the answer, not in the middle of it. */
  endedByUsage: boolean;
  /** Characters of text and arguments, for the estimate that stands in for missing usage. */
  outputChars: number;
  reasoningChars: number;
  /** Text that waits for `checkAnswer`. */
  readonly heldText: string[];
  /** What `checkAnswer` found; the stream cannot end as completed then. */
  answerProblem: { text: string; problem: string } | undefined;
  /** Results of the provider's own search that wait for their item. */
  search: readonly unknown[] | 'added' | undefined;
}

/** Memory for one response; `openStream` gives its first events. */
export function startStream(options: StreamOptions): StreamState {
  const { id } = options.response;
  return {
    options,
    idStem: id.slice(id.indexOf('_') + 1),
    sequence: 0,
    ended: false,
    items: [],
    open: undefined,
    callIds: new Set(options.usedCallIds),
    attempt: createAttempt(),
    diagnostics: [],
  };
}

export function createAttempt(): Attempt {
  return {
    calls: [],
    content: createContentSplitter(),
    markup: createMarkupScanner(),
    blank: '',
    repeats: createRepeatGuard(),
    hasText: false,
    hasReasoning: false,
    reasoningText: [],
    finishReason: undefined,
    settled: false,
    lateDeltas: 0,
    usage: undefined,
    endedByUsage: false,
    outputChars: 0,
    reasoningChars: 0,
    heldText: [],
    answerProblem: undefined,
    search: undefined,
  };
}

/** Takes the next place in `output`. */
export function takeOutputIndex(state: StreamState): number {
  return state.items.push(undefined) - 1;
}

/** Notes a diagnostic; `detail` holds names only, never content. */
export function diagnose(state: StreamState, code: DiagnosticCode, detail: string): void {
  state.diagnostics.push({ code, detail });
}
