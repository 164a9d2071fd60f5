import { request } from 'node:http';
import type { Proxy } from '../proxy/server.ts';

/** How a probe's response ended. */
export type ProxyAnswer =
  | { ok: true; text: string; calls: string[]; model: string }
  | { ok: false; problem: string; code: string | undefined };

/**
 * Sends one streamed Responses request to a proxy in this process.
 * @throws the signal's reason when it is aborted
 */
export async function askProxy(proxy: Proxy, body: Record<string, unknown>, signal: AbortSignal): Promise<ProxyAnswer> {
  const { status, text } = await post(
    `${proxy.url}/responses`,
    proxy.token,
    JSON.stringify({ ...body, stream: true }),
    signal,
  );
  if (status !== 200) {
    const error = (parse(text) as { error?: { message?: string; code?: string } } | undefined)?.error;
    return { ok: false, problem: error?.message ?? `status ${status}`, code: error?.code };
  }
  const events = text.split('\n').flatMap((line) => (line.startsWith('data: ') ? [parse(line.slice(6))] : []));
  // our own proxy's events: response.completed, response.incomplete or response.failed comes last
  const last = events.at(-1) as TerminalEvent | undefined;
  const response = last?.response;
  if (!response || response.status === 'failed') {
    return { ok: false, problem: response?.error?.message ?? 'no answer', code: response?.error?.code };
  }
  const items = response.output;
  return {
    ok: true,
    text: items.flatMap((item) => (item.content ?? []).map((part) => part.text ?? '')).join(''),
    calls: items.flatMap((item) => (item.type === 'function_call' && item.name ? [item.name] : [])),
    model: response.model,
  };
}

interface TerminalEvent {
  response?: {
    status: string;
    model: string;
    error: { message: string; code: string } | null;
    output: { type: string; name?: string; content?: { text?: string }[] }[];
  };
}

function post(
  url: string,
  token: string | undefined,
  body: string,
  signal: AbortSignal,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
    const outgoing = request(url, { method: 'POST', headers, signal, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      response.on('error', reject);
    });
    outgoing.on('error', (error) => reject(signal.aborted ? signal.reason : error));
    outgoing.end(body);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
