import { constants } from 'node:os';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { CodexGlmError } from '../../../errors/errors.ts';
import { plainLines, plainText } from '../../../errors/plain-text.ts';
import type { Conversation } from '../../../reverse/turn/conversation.ts';
import { createResentText } from '../../../translate/reverse/resent-text.ts';
import { showError } from '../../show-error.ts';
import { typedMessages } from './typed-messages.ts';

export interface ChatStreams {
  /** A terminal, or a pipe with one message in each line. */
  input: Readable & { isTTY?: boolean };
  /** The answers, and nothing else. */
  output: Writable & { isTTY?: boolean };
  /** Prompt, reasoning, lists, errors. */
  notes: Writable;
}

export const chatHelp = `/model [NAME[:EFFORT]]  list the models, or use one
/resume [NUMBER]        list earlier conversations of this folder, or go on with one
/reset                  begin a new conversation
/exit                   leave; next time it goes on from here
`;

const greetings = {
  continued: 'The last conversation goes on.',
  new: 'A new conversation.',
  'in use': 'Another chat goes on with the last conversation of this folder; this is a new one.',
};

/** A message may begin with a slash too, as a path does. */
const commandPattern = /^\/[a-z]*(?=\s|$)/;

/**
 * Reads messages until the input ends or `/exit`. In a terminal Ctrl-C interrupts the turn that runs, else it clears what
 * was typed, and leaves when there is nothing; in a pipe it ends everything, as SIGTERM and SIGHUP do.
 * @returns the exit status: 1 when, in a pipe, a message was not answered; 128 + the number of a signal
 */
export async function runChat(conversation: Conversation, streams: ChatStreams): Promise<number> {
  const { input, output, notes } = streams;
  const isTerminal = input.isTTY === true;
  const lines = createInterface({ input, ...(isTerminal && { output: notes, terminal: true }), prompt: '> ' });
  const typed = isTerminal ? typedMessages(lines, input, notes) : undefined;
  let status = 0;
  let turn: AbortController | undefined;
  let endedBy: NodeJS.Signals | undefined;
  let saidExit = false;

  function end(signal: NodeJS.Signals): void {
    endedBy ??= signal;
    turn?.abort();
    lines.close();
  }
  function interrupt(): void {
    if (!isTerminal) return end('SIGINT');
    if (turn) return turn.abort();
    if (lines.line === '' && !typed?.isPending()) return lines.close();
    typed?.clear();
    notes.write('\n');
    lines.write(null, { ctrl: true, name: 'e' });
    lines.write(null, { ctrl: true, name: 'u' });
  }
  lines.on('SIGINT', interrupt);
  process.on('SIGINT', interrupt).on('SIGTERM', end).on('SIGHUP', end);
  output.on('error', (error: NodeJS.ErrnoException) => {
    // who reads the answers has gone: there is nobody to talk to
    end('SIGPIPE');
    if (error.code !== 'EPIPE') notes.write(`codex-glm: the answer cannot be written: ${error.message}\n`);
  });
  if (isTerminal) notes.write(`${greetings[conversation.beginning]} /help\n`);

  async function work(line: string): Promise<boolean> {
    saidExit = line === '/exit';
    if (saidExit || endedBy) return false;
    turn = new AbortController();
    try {
      if (commandPattern.test(line)) await obey(line, conversation, notes);
      else if (!(await answer(line, conversation, streams, turn.signal))) status = 1;
    } catch (error) {
      if (!turn.signal.aborted) {
        if (!(error instanceof CodexGlmError)) throw error;
        notes.write(showError(error, false).text);
        status = 1;
      }
    } finally {
      turn = undefined;
    }
    return true;
  }

  try {
    await eachMessage(typed?.messages ?? lines, () => isTerminal && lines.prompt(), work);
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', end).off('SIGHUP', end);
    lines.close();
    typed?.stop();
    // whatever is written next must not stand behind the prompt
    if (isTerminal && !saidExit) notes.write('\n');
  }
  if (endedBy) return 128 + constants.signals[endedBy];
  return isTerminal ? 0 : status;
}

/** One after the other: messages that come while one is worked on wait. */
async function eachMessage(
  messages: AsyncIterable<string>,
  prompt: () => void,
  work: (message: string) => Promise<boolean>,
): Promise<void> {
  prompt();
  for await (const message of messages) {
    const text = message.trim();
    if (text !== '' && !(await work(text))) return;
    prompt();
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
  const resent = createResentText();
  function writeContent(text: string): void {
    if (text !== '') output.write(isTerminal ? `${inReasoning ? '\n' : ''}${plainLines(text)}` : text);
  }
  const failure = await conversation.say(text, {
    signal,
    onLost: () => notes.write('codex has no record of the last conversation any more; this is a new one.\n'),
    onPart: (part) => {
      if ('takenBack' in part) resent.expect(part.takenBack);
      if (!('delta' in part)) return;
      const { reasoning_content: reasoning, content } = part.delta;
      // dim, and in a terminal only
      if (reasoning && isTerminal) notes.write(`\u001b[2m${plainLines(reasoning)}\u001b[22m`);
      if (content) writeContent(resent.take(content));
      inReasoning = reasoning !== undefined;
    },
  });
  writeContent(resent.rest());
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
      if (operand !== undefined) return useModel(operand, conversation, notes);
      for (const { model, supportedReasoningEfforts: efforts } of await conversation.models()) {
        notes.write(`${plainText(model)} (${efforts.map(({ reasoningEffort }) => reasoningEffort).join(', ')})\n`);
      }
      return;
    case '/resume':
      return resume(operand, conversation, notes);
    case '/help':
      notes.write(chatHelp);
      return;
    default:
      notes.write(`There is no command ${command}.\n${chatHelp}`);
  }
}

async function useModel(name: string, conversation: Conversation, notes: Writable): Promise<void> {
  const { model, effort, isListed } = await conversation.useModel(name);
  const unknown = isListed ? '' : '; /model does not list it';
  notes.write(`From now on ${model ?? name}${effort === undefined ? '' : `, effort ${effort}`}${unknown}.\n`);
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
