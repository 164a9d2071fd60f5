import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { RequestError } from '../../errors/errors.ts';
import { readJsonBody } from '../../proxy/body/body.ts';
import { findListed } from '../../proxy/routes/models-route.ts';
import type { Handler, Route } from '../../proxy/routes/router.ts';
import { readChatBody } from '../../translate/reverse/chat-body.ts';
import { isRecord } from '../../translate/reverse/check.ts';
import { findSessionId } from '../../translate/reverse/session-id.ts';
import { runChatTurn, type ChatTurnContext } from '../turn/chat-turn.ts';
import { createJsonSink, createSseSink } from '../turn/completion-sink.ts';
import { modelList } from '../turn/model-choice.ts';
import { noteFacts } from './request-log.ts';
import type { ServeSettings } from '../settings/serve-settings.ts';
import type { SessionStore } from '../sessions/session-store.ts';
import type { TurnQueue } from './turn-queue.ts';

export interface ChatRoutesContext extends ChatTurnContext {
  sessions: SessionStore;
  queue: TurnQueue;
  heartbeatMs: number;
  headersWaitMs: number;
}

export function chatRoutes(context: ChatRoutesContext): readonly Route[] {
  return [
    { method: 'POST', path: '/v1/chat/completions', handle: chatRoute(context) },
    { method: 'POST', path: '/v1/sessions/reset', handle: resetRoute(context) },
    { method: 'GET', path: '/v1/models', handle: modelsRoute(context) },
    { method: 'GET', path: '/v1/models/{id}', handle: modelRoute(context) },
    { method: 'GET', path: '/health', open: true, handle: (_, response) => sendJson(response, { status: 'ok' }) },
  ];
}

function chatRoute(context: ChatRoutesContext): Handler {
  const { settings, queue } = context;
  return async (httpRequest, response, signal) => {
    const body = await readBody(httpRequest, settings);
    const request = readChatBody(body);
    // readChatBody has shown that it is an object
    const sessionId = findSessionId(body as Record<string, unknown>, httpRequest.headers);
    if (sessionId === undefined && settings.requireSession) throw missingSession();
    noteFacts(response, { session: sessionId ?? null, model: request.model });
    await queue.run(sessionId, signal, () => {
      const openSink = (chosen: string) => {
        noteFacts(response, { model: chosen });
        const createdSeconds = Math.floor(Date.now() / 1000);
        const frame = { id: `chatcmpl-${randomUUID()}`, createdSeconds, model: chosen };
        return request.stream
          ? createSseSink(response, frame, { ...context, includeUsage: request.includeUsage })
          : createJsonSink(response, frame);
      };
      return runChatTurn({ request, sessionId, openSink, signal }, context);
    });
  };
}

/** Forgets a session, named as in a chat request; the next message of it begins a new thread. */
function resetRoute({ sessions, queue, settings }: ChatRoutesContext): Handler {
  return async (httpRequest, response, signal) => {
    const hasBody = httpRequest.headers['content-length'] !== '0' && httpRequest.headers['content-type'] !== undefined;
    const body = hasBody ? await readBody(httpRequest, settings) : {};
    const sessionId = findSessionId(isRecord(body) ? body : {}, httpRequest.headers);
    if (sessionId === undefined) throw missingSession();
    const existed = await queue.run(sessionId, signal, () => sessions.remove(sessionId));
    sendJson(response, { object: 'session.reset', session_id: sessionId, existed });
  };
}

function modelsRoute({ engine, settings }: ChatRoutesContext): Handler {
  return async (_, response) => {
    sendJson(response, modelList(await engine.models(settings.workdir), settings, settings.listEfforts));
  };
}

function modelRoute({ engine, settings }: ChatRoutesContext): Handler {
  return async (request, response) => {
    const { data } = modelList(await engine.models(settings.workdir), settings, settings.listEfforts);
    sendJson(response, findListed(data, request));
  };
}

async function readBody(request: IncomingMessage, { maxBodyBytes }: ServeSettings): Promise<unknown> {
  try {
    return (await readJsonBody(request, maxBodyBytes)).value;
  } catch (error) {
    if (!(error instanceof RequestError) || error.code !== 'BODY_TOO_LARGE') throw error;
    throw new RequestError(error.code, error.status, error.message, {
      hint: 'Send less, or have the limit raised: CODEX_GLM_SERVE_BODY_LIMIT.',
    });
  }
}

function missingSession(): RequestError {
  return new RequestError('MISSING_SESSION_ID', 400, 'The request names no session.', {
    hint: 'Set `session_id` in the body, or the header x-session-id.',
  });
}

function sendJson(response: ServerResponse, value: unknown): void {
  const body = JSON.stringify(value);
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }).end(body);
}
