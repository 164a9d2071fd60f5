import { openEngine, sessionsFileOf } from '../../reverse/engine/open-engine.ts';
import { serveSettings } from '../../reverse/settings/serve-settings.ts';
import { createSessionStore } from '../../reverse/sessions/session-store.ts';
import { openConversation } from '../../reverse/turn/conversation.ts';
import { chatHelp, runChat } from './chat/chat-loop.ts';
import type { CommandInput } from '../arguments/command.ts';
import { flagLines, readServeOptions } from './serve-options.ts';

/** `codex-glm chat`: a conversation in the terminal, or line by line through a pipe. */
export async function run({ flags, environment, options }: CommandInput): Promise<number> {
  if (options['help'] === true) {
    process.stdout.write(usage());
    return 0;
  }
  const settings = readServeOptions(options, environment);
  const store = createSessionStore(sessionsFileOf('chat', settings, environment));
  store.check();
  const open = await openEngine({ settings, flags, environment, log: () => {} });
  try {
    const conversation = openConversation({ ...open, settings, store });
    return await runChat(conversation, { input: process.stdin, output: process.stdout, notes: process.stderr });
  } finally {
    await open.close();
  }
}

function usage(): string {
  const own = serveSettings.filter(({ command }) => command === undefined);
  return `codex-glm [options] chat

Goes on with the last conversation of the folder. In a pipe each line is a message.

${chatHelp}
${flagLines(own)}
`;
}
