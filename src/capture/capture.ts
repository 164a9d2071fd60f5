import { redact } from '../provider/redact.ts';
import type { ExchangeObserver } from '../proxy/exchange/exchange-observer.ts';
import type { ChatCompletionChunk, ChatRequest } from '../protocol/chat.ts';
import type { ResponsesRequest } from '../protocol/responses.ts';
import { version } from '../version.ts';
import { withPlainIds, type CapturedExchange } from './captured.ts';

export interface CaptureOptions {
  /** Told of each exchange when it has ended with an answer. */
  write: (line: string) => void;
  /** Keys that must not appear. */
  secrets: readonly string[];
  /** Texts and what stands for them: the home folder, the user's name. */
  replacements: readonly (readonly [text: string, replacement: string])[];
}

/** What looks like a key of some service, wherever it stands. */
const keyPattern = /\b(?:sk|ghp|gho|xox[abp]|AKIA|cgk)[-_]?[A-Za-z0-9_-]{16,}|\b[0-9a-f]{32}\.[A-Za-z0-9]{16}\b/g;

/**
 * Writes exchanges as they pass: what codex asked, what the provider was asked, what it answered. The contents of the
 * conversation are in it; keys, the home folder and the user's name are not.
 */
export function createCapture({ write, secrets, replacements }: CaptureOptions): ExchangeObserver {
  const open = new Map<string, { request: ResponsesRequest; chat: ChatRequest; chunks: ChatCompletionChunk[] }>();

  function clean(text: string): string {
    let cleaned = redact(text, secrets).replace(keyPattern, '[key]');
    for (const [from, to] of replacements) if (from.length > 1) cleaned = cleaned.replaceAll(from, to);
    return cleaned;
  }

  return {
    began: (id, request, chat) => void open.set(id, { request, chat, chunks: [] }),
    received: (id, chunks) => void open.get(id)?.chunks.push(...chunks),
    ended(id, response) {
      const entry = open.get(id);
      open.delete(id);
      if (!entry || !response) return;
      const captured: CapturedExchange = { version, ...entry, output: withPlainIds(response.output, id) };
      write(clean(JSON.stringify(captured)));
    },
  };
}
