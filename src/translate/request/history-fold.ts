import type { ChatRules, ModelDescription } from '../../catalog/provider.ts';
import type { ChatAssistantMessage, ChatContentPart, ChatMessage, ChatToolCall } from '../../protocol/chat.ts';
import type { Diagnostic } from '../diagnostic.ts';
import { openReasoning } from '../reasoning-envelope.ts';
import { CallIds } from './call-ids.ts';
import { openCompaction } from './compaction.ts';
import { readContent, type Content } from './content.ts';
import {
  callId,
  functionArguments,
  isOutputItem,
  marked,
  parseArray,
  text,
  toolNames,
  type Item,
} from './input-item.ts';
import { LoopGuard } from './loop-guard.ts';
import { isObject } from './parse-request.ts';
import type { ToolList } from './tools.ts';
import type { ToolNames } from './tool-names.ts';

export interface FoldOptions {
  model: ModelDescription;
  rules: ChatRules;
  names: ToolNames;
  tools: ToolList;
  /** Put at the end of the leading system message. */
  systemSuffix: string;
  report: (diagnostic: Diagnostic) => void;
}

/** What one turn of the assistant has said so far; its message is written when something else follows. */
interface OpenAssistant {
  texts: string[];
  reasoning: string[];
  details: unknown[];
  calls: ChatToolCall[];
}

/**
 * Input items -> chat messages, one item at a time, so that the messages of a history are a prefix of those of a longer
 * one. What a chat provider demands holds for every history (GLM codes 1210 and 1214): one leading system message, each
 * tool message right after its call, every call answered, ids used once, no empty content.
 *
 * While calls wait for their outputs, everything else that arrives is put off until the last output is there.
 */
export class HistoryFold {
  readonly #options: FoldOptions;
  readonly #messages: ChatMessage[] = [];
  readonly #ids: CallIds;
  #system: string[] = [];
  #leading = true;
  #assistant: OpenAssistant | undefined;
  #postponed: Item[] = [];
  /** Images out of tool outputs: a tool message holds text only, so they follow in a user message. */
  #attachments: ChatContentPart[] = [];
  /** Absent where the model is trusted. */
  #loopGuard: LoopGuard | undefined;

  constructor(options: FoldOptions, ids?: CallIds) {
    this.#options = options;
    const form = options.rules.quirks.includes('nine-character-call-ids') ? 'nine-characters' : 'any';
    this.#ids = ids ?? new CallIds(form);
    if (options.rules.quirks.includes('repeats-calls')) this.#loopGuard = new LoopGuard();
  }

  /** Text for the leading system message; only before the first item that is not one. */
  addSystemText(text: string): void {
    if (text !== '') this.#system.push(text);
  }

  /** Takes the next item. Unknown ones are dropped and reported. */
  add(item: unknown): void {
    if (!isObject(item)) return this.#drop(item === null ? 'null' : typeof item);
    const isOutput = isOutputItem(item);
    if (this.#awaitsOutputs && !(isOutput && this.#ids.isOpen(callId(item)))) {
      this.#postponed.push(item);
      return;
    }
    const role = item['role'];
    const type = item['type'] ?? (typeof role === 'string' ? 'message' : undefined);
    switch (type) {
      case 'message':
        return this.#addMessage(item);
      case 'reasoning':
        return this.#addReasoning(item);
      case 'function_call':
        return this.#addFunctionCall(item, item['arguments']);
      case 'custom_tool_call':
        return this.#addCall(item, JSON.stringify({ input: text(item['input']) }));
      case 'tool_search_call':
        return this.#addFunctionCall({ ...item, name: 'tool_search' }, item['arguments']);
      case 'local_shell_call':
        return this.#addFunctionCall({ ...item, name: 'local_shell' }, item['action']);
      case 'function_call_output':
      case 'custom_tool_call_output':
      case 'local_shell_call_output':
        return this.#addOutput(item, this.#read(item['output']));
      case 'tool_search_output':
        return this.#addOutput(item, { text: this.#foundTools(item) });
      case 'additional_tools':
        return this.#declare(item['tools']);
      case 'compaction':
      case 'compaction_summary':
        return this.#addCompaction(item, String(type));
      case 'web_search_call': // its results are in the answer's text
      case 'compaction_trigger': // says what kind of request this is
        return;
      default:
        return this.#drop(String(type));
    }
  }

  /** Does a call wait for its output? Then the items that were put off may still declare tools. */
  get hasOpenCalls(): boolean {
    return this.#ids.openCount > 0;
  }

  /**
   * The messages of the history so far. Calls without an output get one that says so, and a history that a provider
   * would refuse for its ends is padded; both are redone with the next item, nothing of it sticks.
   */
  finish(report: FoldOptions['report']): { messages: ChatMessage[]; usedCallIds: ReadonlySet<string> } {
    const rest = this.#copy(report);
    rest.#settle();
    return { messages: rest.#messages, usedCallIds: rest.#ids.used };
  }

  // ---- messages ----------------------------------------------------------------------------------------------

  #addMessage(item: Item): void {
    const role = item['role'];
    if (role === 'assistant') {
      const { text: said } = this.#read(item['content'], '');
      if (said !== '') this.#open().texts.push(said);
      return;
    }
    const isSystem = role === 'system' || role === 'developer';
    const content = this.#read(item['content'], isSystem ? '\n\n' : '\n');
    if (isSystem && content.parts) this.#options.report({ code: 'image-replaced', detail: 'in a system message' });
    if (isSystem && this.#leading && !this.#assistant) return this.addSystemText(content.text);
    if (content.text === '' && !content.parts) return;
    if (!this.#closeAssistant()) return void this.#postponed.push(item);
    if (!isSystem) this.#push({ role: 'user', content: content.parts ?? content.text });
    else if (this.#options.rules.lateSystemMessages) this.#push({ role: 'system', content: content.text });
    else this.#push({ role: 'user', content: marked('developer_message', content.text) });
  }

  #addCompaction(item: Item, type: string): void {
    const summary = openCompaction(text(item['encrypted_content']));
    if (summary === undefined) return this.#drop(`${type} of another program`);
    if (!this.#closeAssistant()) return void this.#postponed.push(item);
    this.#push({ role: 'user', content: summary });
  }

  #addReasoning(item: Item): void {
    const { model, rules, report } = this.#options;
    if (rules.reasoningEcho === 'none') return;
    const sealed = openReasoning(text(item['encrypted_content']));
    if (!sealed.ok) return report({ code: 'reasoning-dropped', detail: sealed.reason });
    if (sealed.family !== model.family)
      return report({ code: 'reasoning-dropped', detail: `of family ${sealed.family}` });
    const open = this.#open();
    if (sealed.field !== 'reasoning_details') open.reasoning.push(sealed.text);
    else if (rules.reasoningEcho === 'reasoning_details') open.details.push(...parseArray(sealed.text));
  }

  #addFunctionCall(item: Item, given: unknown): void {
    this.#addCall(
      item,
      functionArguments(given, () => this.#repaired(item)),
    );
  }

  #addCall(item: Item, argumentsText: string): void {
    const name = text(item['name']);
    const namespace = typeof item['namespace'] === 'string' ? item['namespace'] : null;
    const id = this.#ids.open(callId(item));
    if (id !== callId(item)) this.#options.report({ code: 'call-id-renamed', detail: name });
    const flat = this.#options.names.flat(name === '' ? 'unnamed' : name, namespace);
    this.#loopGuard?.called(id, flat, argumentsText);
    this.#open().calls.push({ id, type: 'function', function: { name: flat, arguments: argumentsText } });
  }

  #addOutput(item: Item, output: Content): void {
    this.#writeAssistant();
    const id = this.#ids.answer(callId(item));
    if (id === undefined) {
      if (this.#awaitsOutputs) return void this.#postponed.push(item);
      return this.#addOrphan(item, output);
    }
    const content = output.text || '(no output)';
    const notice = this.#loopGuard?.answered(id, content);
    if (notice !== undefined) this.#options.report({ code: 'call-repeated', detail: text(item['name']) });
    this.#push({ role: 'tool', tool_call_id: id, content: notice === undefined ? content : `${content}\n\n${notice}` });
    if (output.parts) this.#attachments.push(...output.parts.filter((part) => part.type === 'image_url'));
    if (!this.#awaitsOutputs) this.#afterLastOutput();
  }

  /** An output nobody asked for: codex adds such items itself (`goal_objective`, seen with 0.169). */
  #addOrphan(item: Item, output: Content): void {
    const name = [item['namespace'], item['name']].filter((part) => typeof part === 'string' && part !== '').join('.');
    this.#options.report({ code: 'output-without-call', detail: name || String(item['type']) });
    const said = marked('tool_output', output.text || '(no output)', name);
    if (output.parts) this.#push({ role: 'user', content: [{ type: 'text', text: said }, ...output.parts] });
    else this.#push({ role: 'user', content: said });
  }

  #afterLastOutput(): void {
    if (this.#attachments.length > 0) {
      const note: ChatContentPart = { type: 'text', text: '[images from the tool outputs above]' };
      this.#push({ role: 'user', content: [note, ...this.#attachments] });
      this.#attachments = [];
    }
    const postponed = this.#postponed;
    this.#postponed = [];
    for (const item of postponed) this.add(item);
  }

  // ---- the open assistant message ----------------------------------------------------------------------------

  get #awaitsOutputs(): boolean {
    return this.#assistant === undefined && this.#ids.openCount > 0;
  }

  #open(): OpenAssistant {
    this.#assistant ??= { texts: [], reasoning: [], details: [], calls: [] };
    return this.#assistant;
  }

  /** Writes the open message. False: its calls wait for their outputs, so nothing else may follow yet. */
  #closeAssistant(): boolean {
    this.#writeAssistant();
    return !this.#awaitsOutputs;
  }

  #writeAssistant(): void {
    const open = this.#assistant;
    this.#assistant = undefined;
    // thinking alone is no message: GLM answers 1214 to one without content and calls
    if (!open || (open.texts.length === 0 && open.calls.length === 0)) return;
    const message: ChatAssistantMessage = { role: 'assistant', content: open.texts.join('\n\n') };
    this.#giveBackReasoning(open, message);
    if (open.calls.length > 0) message.tool_calls = open.calls;
    this.#push(message);
  }

  #giveBackReasoning({ details, reasoning, calls }: OpenAssistant, message: ChatAssistantMessage): void {
    const { model, rules } = this.#options;
    const echo = rules.reasoningEcho;
    const thinking = reasoning.join('');
    if (details.length > 0) message.reasoning_details = details;
    if (thinking !== '') {
      if (echo === 'reasoning_content' || echo === 'reasoning') message[echo] = thinking;
      else if (echo === 'think-tags') message.content = `<think>${thinking}</think>\n\n${message.content}`;
    } else if (rules.reasoningPlaceholder !== undefined && model.reasoning && calls.length > 0) {
      message.reasoning_content = rules.reasoningPlaceholder;
    }
  }

  #push(message: ChatMessage): void {
    if (this.#leading) {
      this.#leading = false;
      const system = [...this.#system, this.#options.systemSuffix].filter(Boolean).join('\n\n');
      if (system !== '') this.#messages.push({ role: 'system', content: system });
      // a conversation that the assistant opens is refused ("messages parameter is illegal", opencode issue 2557)
      if (message.role !== 'user') this.#messages.push({ role: 'user', content: '(earlier messages are not shown)' });
    }
    const isBehindTool = message.role === 'user' && this.#messages.at(-1)?.role === 'tool';
    if (isBehindTool && this.#options.rules.quirks.includes('no-user-after-tool')) {
      this.#messages.push({ role: 'assistant', content: 'Done.' });
    }
    this.#messages.push(message);
  }

  // ---- the end -----------------------------------------------------------------------------------------------

  #settle(): void {
    this.#writeAssistant();
    while (this.#ids.openCount > 0) {
      this.#abortOpenCalls();
      this.#afterLastOutput();
      this.#writeAssistant();
    }
    if (this.#messages.at(-1)?.role === 'assistant' || this.#messages.every((message) => message.role === 'system')) {
      this.#push({ role: 'user', content: '(continue)' });
    }
  }

  #abortOpenCalls(): void {
    for (const id of this.#ids.answerAll()) {
      this.#options.report({ code: 'call-without-output', detail: id });
      this.#push({ role: 'tool', tool_call_id: id, content: 'aborted: the call was not run' });
    }
  }

  #copy(report: FoldOptions['report']): HistoryFold {
    const copy = new HistoryFold({ ...this.#options, report }, this.#ids.copy());
    for (const message of this.#messages) copy.#messages.push(message);
    copy.#system = [...this.#system];
    copy.#leading = this.#leading;
    copy.#assistant = this.#assistant && copyAssistant(this.#assistant);
    copy.#postponed = [...this.#postponed];
    copy.#attachments = [...this.#attachments];
    copy.#loopGuard = this.#loopGuard?.copy();
    return copy;
  }

  // ---- small things ------------------------------------------------------------------------------------------

  #read(content: unknown, separator?: string): Content {
    const { model, report } = this.#options;
    const seesImages = model.inputModalities.includes('image');
    return readContent(content, { seesImages, report, ...(separator === undefined ? {} : { separator }) });
  }

  #declare(tools: unknown): void {
    if (Array.isArray(tools)) for (const tool of tools) this.#options.tools.add(tool);
  }

  #foundTools(item: Item): string {
    this.#declare(item['tools']);
    const names = (Array.isArray(item['tools']) ? item['tools'] : []).flatMap((tool) =>
      toolNames(tool, this.#options.names),
    );
    return names.length > 0 ? `Found, and callable from now on: ${names.join(', ')}` : 'No tool found.';
  }

  #repaired(item: Item): void {
    this.#options.report({ code: 'arguments-repaired', detail: text(item['name']) });
  }

  #drop(type: string): void {
    this.#options.report({ code: 'item-dropped', detail: type });
  }
}

function copyAssistant({ texts, reasoning, details, calls }: OpenAssistant): OpenAssistant {
  return { texts: [...texts], reasoning: [...reasoning], details: [...details], calls: [...calls] };
}
