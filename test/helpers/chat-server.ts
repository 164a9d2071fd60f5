import { join } from 'node:path';
import OpenAI from 'openai';
import { onTestFinished } from 'vitest';
import type { FlagValues } from '../../src/config/settings.ts';
import type { LogEntry } from '../../src/proxy/log.ts';
import { startChatServer, type ChatServerOptions } from '../../src/reverse/server/chat-server.ts';
import type { Engine } from '../../src/reverse/engine/engine.ts';
import { openEngine } from '../../src/reverse/engine/open-engine.ts';
import { readServeSettings } from '../../src/reverse/settings/serve-settings.ts';
import { openServerKey } from '../../src/reverse/server/server-key.ts';
import { startStrictProvider, type Script } from './strict-provider.ts';
import { testPlace, type TestPlace } from './test-place.ts';

export const serverKey = 'sk-of-the-test';

export interface ChatServerUnderTest {
  url: string;
  engine: Engine;
  log: LogEntry[];
  sessionsFile: string;
  openai: OpenAI;
  /** A request with the server's key; `body` is sent as JSON. */
  send(path: string, body?: unknown, headers?: Record<string, string>, signal?: AbortSignal): Promise<Response>;
  /** To stop it before the test has finished. */
  close(): Promise<void>;
}

export interface ChatServerSetup {
  flags?: FlagValues;
  /** Settings of the server and of codex-glm, as variables. */
  environment?: Record<string, string>;
  server?: Partial<ChatServerOptions>;
}

/** A chat server in this process, over the real codex in the place's work folder. To be called inside of a test. */
export async function chatServer(
  place: TestPlace,
  { flags = { provider: 'demo' }, environment: extra = {}, server: options = {} }: ChatServerSetup = {},
): Promise<ChatServerUnderTest> {
  const environment = { ...place.environment, ...extra };
  const settings = readServeSettings({ port: '0', workdir: place.workFolder }, environment);
  const log: LogEntry[] = [];
  const write = (entry: LogEntry) => void log.push(entry);
  const open = await openEngine({ settings, flags, environment, log: write });
  const sessionsFile = join(place.glmHome, 'serve-sessions.json');
  const key = openServerKey(serverKey, join(place.glmHome, 'serve-key.sha256'), false);
  const server = await startChatServer({ ...open, settings, key, log: write, sessionsFile, ...options });
  let closing: Promise<void> | undefined;
  const close = () => (closing ??= server.close().then(() => open.close()));
  onTestFinished(close);
  return {
    url: server.url,
    engine: open.engine,
    log,
    sessionsFile,
    openai: new OpenAI({ baseURL: server.url, apiKey: serverKey, maxRetries: 0 }),
    send: (path, body, headers, signal) =>
      fetch(new URL(path, server.url), {
        method: body === undefined ? 'GET' : 'POST',
        headers: { authorization: `Bearer ${serverKey}`, 'content-type': 'application/json', ...headers },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        ...(signal && { signal }),
      }),
    close,
  };
}

/** A chat server before a provider that answers by script. To be called inside of a test. */
export async function chatServerOver(script: Script, environment: Record<string, string> = {}) {
  const place = await testPlace();
  const provider = await startStrictProvider(script);
  const flags = { provider: 'zai', baseUrl: provider.baseUrl };
  const server = await chatServer(place, { flags, environment: { ZAI_API_KEY: 'a.b', ...environment } });
  return { place, provider, server };
}

/** What a chat request held for the model, without codex's own context. */
export function saidTo(request: { body: { messages: { role: string; content: unknown }[] } } | undefined): string[] {
  const messages = request?.body.messages ?? [];
  return messages
    .filter(({ role, content }) => role !== 'system' && !String(content).includes('<environment_context>'))
    .map(({ role, content }) => `${role}: ${typeof content === 'string' ? content : JSON.stringify(content)}`);
}

/** A PNG of one pixel, in base64. */
export const dot = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** Repeats what was said last. */
export const echo: Script = (request) => {
  const last = request.messages.findLast(({ role }) => role === 'user')?.content;
  return { reasoning: 'I repeat it.', text: `You said: ${typeof last === 'string' ? last : 'something'}` };
};
