import { join } from 'node:path';
import { openEngine, stateFolderOf } from '../../reverse/open-engine.ts';
import { createSessionStore } from '../../reverse/session-store.ts';
import { openConversation } from '../../reverse/conversation.ts';
import { runChat } from '../chat-loop.ts';
import type { CommandInput } from '../own-command.ts';
import { readServeOptions } from '../serve-options.ts';

/** `codex-glm chat`: a conversation in the terminal, or line by line through a pipe. */
export async function run({ flags, environment, options }: CommandInput): Promise<number> {
  const settings = readServeOptions(options, environment);
  const store = createSessionStore(join(stateFolderOf(settings, environment), 'chat-sessions.json'));
  const open = await openEngine({ settings, flags, environment, log: () => {} });
  try {
    const conversation = openConversation({ ...open, settings, store });
    return await runChat(conversation, { input: process.stdin, output: process.stdout, notes: process.stderr });
  } finally {
    await open.close();
  }
}
