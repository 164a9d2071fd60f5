/**
 * Reads a chat conversation that came from codex: what the person last asked for, and what was done about it since.
 * Pure, and tolerant: the messages come over HTTP.
 */
import { isRecord } from './violation.ts';

export interface ToolRun {
  /** The shell command, the patch, or whatever else the call carried, as one text. */
  input: string;
  output: ToolOutput;
}

export interface ToolOutput {
  /** undefined when codex did not run the call at all. */
  exitCode: number | undefined;
  text: string;
}

export interface Conversation {
  /** The last thing that a person wrote, without the context that codex adds; '' when there is nothing. */
  prompt: string;
  /** The prompts before it, oldest first. */
  earlierPrompts: string[];
  /** Tool calls since that prompt that have a result, in order. */
  runs: ToolRun[];
}

export function readConversation(messages: readonly unknown[]): Conversation {
  const prompts: { at: number; text: string }[] = [];
  for (const [at, message] of messages.entries()) {
    if (!isRecord(message) || message['role'] !== 'user') continue;
    const text = promptText(contentText(message['content']));
    if (text !== '') prompts.push({ at, text });
  }
  const last = prompts.at(-1);
  return {
    prompt: last?.text ?? '',
    earlierPrompts: prompts.slice(0, -1).map(({ text }) => text),
    runs: toolRuns(messages.slice((last?.at ?? -1) + 1)),
  };
}

function contentText(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part: unknown) => (isRecord(part) && typeof part['text'] === 'string' ? part['text'] : ''))
    .join('\n');
}

/**
 * codex sends context as user messages as well: `<environment_context>…`, `<subagent_notification>…`, AGENTS.md under a
 * heading, the summary of a compaction (codex 0.80 to 0.169).
 */
function promptText(text: string): string {
  return text
    .replace(/# AGENTS\.md instructions[^]*?<\/INSTRUCTIONS>/g, '')
    .replace(/^<([a-z][a-z _-]*?)(?: [a-z]+=[^>]*)?>[^]*?<\/\1>/gim, '')
    .replace(/^Another language model started to solve this problem[^]*$/, '')
    .trim();
}

function toolRuns(messages: readonly unknown[]): ToolRun[] {
  const outputs = new Map<unknown, string>();
  for (const message of messages) {
    if (!isRecord(message) || message['role'] !== 'tool') continue;
    outputs.set(message['tool_call_id'], contentText(message['content']));
  }
  return messages.flatMap((message) => {
    const calls: unknown[] = isRecord(message) && Array.isArray(message['tool_calls']) ? message['tool_calls'] : [];
    return calls.flatMap((call) => {
      const called = isRecord(call) ? call['function'] : undefined;
      const output = isRecord(call) ? outputs.get(call['id']) : undefined;
      if (!isRecord(called) || output === undefined) return [];
      return [{ input: callInput(called['arguments']), output: readOutput(output) }];
    });
  });
}

/** `{cmd}`, `{command: "…"}`, `{command: ["bash", "-lc", "…"]}` or the one field of a freeform tool. */
function callInput(encoded: unknown): string {
  try {
    const decoded: unknown = JSON.parse(String(encoded));
    if (!isRecord(decoded)) return '';
    const value = decoded['cmd'] ?? decoded['command'] ?? Object.values(decoded)[0];
    return String(Array.isArray(value) ? value.at(-1) : value);
  } catch {
    return '';
  }
}

/** The three forms in which codex 0.80 to 0.169 reports a command. */
function readOutput(output: string): ToolOutput {
  const status = /^(?:Process exited with code|Exit code:) (-?\d+)$/m.exec(output)?.[1];
  if (status !== undefined) {
    const start = output.search(/^Output:\n?/m);
    const text = start === -1 ? '' : output.slice(start).replace(/^Output:\n?/, '');
    return { exitCode: Number(status), text: text.trim() };
  }
  try {
    const parsed: unknown = JSON.parse(output);
    if (isRecord(parsed) && isRecord(parsed['metadata'])) {
      return { exitCode: Number(parsed['metadata']['exit_code']), text: String(parsed['output']).trim() };
    }
  } catch {
    // not the JSON form
  }
  return { exitCode: /^Success\. Updated/m.test(output) ? 0 : undefined, text: output.trim() };
}
