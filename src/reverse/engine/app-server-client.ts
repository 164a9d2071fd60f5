import { spawn } from 'node:child_process';
import { CodexError } from '../../errors/errors.ts';
import type { AppServerMethod, AppServerMethods, ServerAnswer, ServerRequest } from '../../protocol/app-server.ts';
import { version } from '../../version.ts';
import { createLineReader } from './line-reader.ts';

export interface AppServerCommand {
  executable: string;
  /** With `app-server` at their end. */
  arguments: readonly string[];
  environment: NodeJS.ProcessEnv;
}

export interface AppServerListener {
  /** Told of every notification, in the order of arrival. */
  onNotification(method: string, params: unknown): void;
  /** Answers a request of codex; undefined for one that is not served. */
  onRequest(request: ServerRequest): ServerAnswer | undefined;
}

/** One `codex app-server` process that has been initialized. */
export interface AppServerClient {
  /** @throws AppServerError when codex refuses, CodexError CODEX_ENDED when it ends before it answers */
  request<M extends AppServerMethod>(
    method: M,
    params: AppServerMethods[M]['params'],
  ): Promise<AppServerMethods[M]['result']>;
  /** Resolves when the process is gone. */
  readonly ended: Promise<void>;
  readonly pid: number | undefined;
  /** Ends codex: by closing its stdin, and after `graceMs` by force. */
  close(graceMs?: number): Promise<void>;
}

/** codex refused a request. */
export class AppServerError extends CodexError {
  /** codex's own. */
  readonly words: string;

  constructor(method: string, words: string) {
    super('CODEX_REFUSED', `codex refused ${method}: ${words}`, {
      hint: 'Where its own words do not help: codex-glm exec with a short prompt tells more.',
    });
    this.words = words;
  }
}

interface Pending {
  method: string;
  resolve: (result: unknown) => void;
  reject: (error: Error) => void;
}

/** How long a codex that has just been spawned may take for its first answer. */
const initializeMs = 30_000;

/**
 * Starts `codex app-server` and speaks newline-delimited JSON-RPC with it over stdio (codex 0.169).
 * @throws CodexError CODEX_NOT_STARTED, with the last of codex's own words
 */
export async function startAppServer(command: AppServerCommand, listener: AppServerListener): Promise<AppServerClient> {
  const child = spawn(command.executable, command.arguments, {
    stdio: 'pipe',
    env: command.environment,
    // A process group of its own: Ctrl-C in a terminal is for us, and codex ends when its stdin closes.
    detached: process.platform !== 'win32',
  });
  const pending = new Map<number, Pending>();
  let lastId = 0;
  let lastWords = '';
  let spawnError: Error | undefined;

  const ended = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      spawnError = error;
      if (child.pid === undefined) resolve();
    });
    child.once('close', () => resolve());
  });
  void ended.then(() => {
    const error = new CodexError('CODEX_ENDED', 'codex ended before it had answered.', {
      hint: 'It is started again with the next request; the session is kept.',
    });
    for (const { reject } of pending.values()) reject(error);
    pending.clear();
  });

  // a process that is gone: `ended` tells
  child.stdin.on('error', () => {});
  const send = (message: unknown) => child.stdin.write(`${JSON.stringify(message)}\n`);

  function answer(id: unknown, request: ServerRequest): void {
    const result = listener.onRequest(request);
    if (result !== undefined) send({ jsonrpc: '2.0', id, result });
    else send({ jsonrpc: '2.0', id, error: { code: -32_601, message: `${request.method} is not served here` } });
  }

  function receive(line: string): void {
    const message = parseMessage(line);
    if (!message) return;
    const { id, method, params } = message;
    if (method === undefined) {
      const waiting = typeof id === 'number' ? pending.get(id) : undefined;
      pending.delete(id as number);
      if (message.error) waiting?.reject(new AppServerError(waiting.method, message.error.message));
      else waiting?.resolve(message.result);
    } else if (id === undefined) {
      listener.onNotification(method, params);
    } else {
      answer(id, { method, params: params ?? {} });
    }
  }

  child.stdout.setEncoding('utf8').on('data', createLineReader(receive));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    lastWords = (lastWords + text).slice(-2000);
  });

  const client: AppServerClient = {
    request(method, params) {
      const id = ++lastId;
      if (child.exitCode !== null || child.signalCode !== null || spawnError) {
        return Promise.reject(new CodexError('CODEX_ENDED', 'codex has ended.', { hint: 'Send the request again.' }));
      }
      return new Promise((resolve, reject) => {
        // the result of a method is what its schema says
        pending.set(id, { method, resolve: resolve as (result: unknown) => void, reject });
        send({ jsonrpc: '2.0', id, method, params });
      });
    },
    ended,
    pid: child.pid,
    async close(graceMs = 2000) {
      child.stdin.end();
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
      await ended;
      clearTimeout(timer);
    },
  };

  const timer = setTimeout(() => child.kill('SIGKILL'), initializeMs);
  try {
    await client.request('initialize', {
      clientInfo: { name: 'codex-glm', title: 'codex-glm', version },
      // for thread/backgroundTerminals/clean
      capabilities: { experimentalApi: true, requestAttestation: false },
    });
    send({ jsonrpc: '2.0', method: 'initialized' });
    return client;
  } catch (cause) {
    await client.close();
    const words = cause instanceof AppServerError ? cause.words : (cause as Error).message;
    const why = spawnError?.message ?? lastLine(lastWords) ?? words;
    throw new CodexError('CODEX_NOT_STARTED', `${command.executable} app-server did not start: ${why}`, {
      hint: 'Try codex-glm exec with a short prompt; it says what is wrong with codex or its configuration.',
      cause,
    });
  } finally {
    clearTimeout(timer);
  }
}

interface JsonRpcMessage {
  id?: unknown;
  method?: string;
  params?: Record<string, unknown>;
  result?: unknown;
  error?: { message: string };
}

/** A line that is no message is passed over: codex has printed warnings there in some versions. */
function parseMessage(line: string): JsonRpcMessage | undefined {
  try {
    // what codex writes, its schema describes
    return JSON.parse(line) as JsonRpcMessage;
  } catch {
    return undefined;
  }
}

function lastLine(text: string): string | undefined {
  return text.trim().split('\n').at(-1) || undefined;
}
