import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { CodexGlmError } from '../errors/errors.ts';
import { plainText } from '../errors/plain-text.ts';
import type { Conversation } from '../reverse/conversation.ts';
import { showError } from './show-error.ts';

export interface ChatStreams {
  /** A terminal, or a pipe with one message in each line. */
  input: Readable & { isTTY?: boolean };
  /** The answers, and nothing else. */
  output: Writable & { isTTY?: boolean };
  /** Prompt, reasoning, lists, errors. */
  notes: Writable;
}

const help = `/model [NAME[:EFFORT]]  list the models, or use one
/resume [NUMBER]        list earlier conversations of this folder, or go on with one
/reset                  begin a new conversation
/exit                   leave; next time it goes on from here
`;

/**
 * Reads messages until the input ends or `/exit`. Ctrl-C interrupts the turn that runs, and leaves when none does.
 * @returns the exit status: 1 when, in a pipe, a message was not answered
 */
export async function runChat(conversation: Conversation, streams: ChatStreams): Promise<number> {
  const { input, notes } = streams;
  const isTerminal = input.isTTY === true;
  const lines = createInterface({ input, ...(isTerminal && { output: notes, terminal: true }), prompt: '> ' });
  let status = 0;
  let turn: AbortController | undefined;
  const interrupt = () => (turn ? turn.abort() : lines.close());
  lines.on('SIGINT', interrupt);
  process.on('SIGINT', interrupt);
  if (isTerminal)
    notes.write(`${conversation.isContinued ? 'The last conversation goes on.' : 'A new conversation.'} /help\n`);

  try {
    await eachLine(lines, isTerminal, async (line) => {
      if (line === '/exit') return false;
      turn = new AbortController();
      try {
        if (line.startsWith('/')) await obey(line, conversation, notes);
        else if (!(await answer(line, conversation, streams, turn.signal))) status = 1;
      } catch (error) {
        if (!(error instanceof CodexGlmError)) throw error;
        notes.write(showError(error, false).text);
        status = 1;
      } finally {
        turn = undefined;
      }
      return true;
    });
  } finally {
    process.off('SIGINT', interrupt);
    lines.close();
  }
  return isTerminal ? 0 : status;
}

/** One after the other: lines that come while one is worked on wait. */
async function eachLine(
  lines: Interface,
  isTerminal: boolean,
  work: (line: string) => Promise<boolean>,
): Promise<void> {
  if (isTerminal) lines.prompt();
  for await (const line of lines) {
    const text = line.trim();
    if (text !== '' && !(await work(text))) return;
    if (isTerminal) lines.prompt();
  }
}

async function answer(
  text: string,
  conversation: Conversation,
  { output, notes }: ChatStreams,
  signal: AbortSignal,
): Promise<boolean> {
  const isTerminal = output.isTTY === true;
  let inReasoning = false;
  const failure = await conversation.say(
    text,
    (part) => {
      if (!('delta' in part)) return;
      const { reasoning_content: reasoning, content } = part.delta;
      // dim, and in a terminal only
      if (reasoning && isTerminal) notes.write(`\u001b[2m${reasoning}\u001b[22m`);
      if (content) output.write(inReasoning && isTerminal ? `\n${content}` : content);
      inReasoning = reasoning !== undefined;
    },
    signal,
  );
  output.write('\n');
  if (failure) notes.write(showError(failure, false).text);
  return failure === undefined;
}

async function obey(line: string, conversation: Conversation, notes: Writable): Promise<void> {
  const [command, operand] = line.split(/\s+/);
  switch (command) {
    case '/reset':
      await conversation.reset();
      notes.write('A new conversation.\n');
      return;
    case '/model':
      if (operand !== undefined) return conversation.useModel(operand);
      for (const { model, supportedReasoningEfforts: efforts } of await conversation.models()) {
        notes.write(`${model} (${efforts.map(({ reasoningEffort }) => reasoningEffort).join(', ')})\n`);
      }
      return;
    case '/resume':
      return resume(operand, conversation, notes);
    default:
      notes.write(help);
  }
}

async function resume(operand: string | undefined, conversation: Conversation, notes: Writable): Promise<void> {
  const threads = await conversation.list();
  if (operand === undefined) {
    if (threads.length === 0) notes.write('There are no earlier conversations in this folder.\n');
    for (const [index, { preview }] of threads.entries())
      notes.write(`${index + 1}  ${plainText(preview).slice(0, 70)}\n`);
    return;
  }
  const threadId = threads[Number(operand) - 1]?.id;
  if (threadId === undefined) {
    notes.write(`There is no conversation ${operand}; /resume lists them.\n`);
    return;
  }
  await conversation.resume(threadId);
  notes.write('It goes on.\n');
}
