import type { ChatRequest } from '../../protocol/chat.ts';
import type { OutputItem } from '../../protocol/responses.ts';
import { isObject } from '../../translate/request/parse-request.ts';
import type { ExchangeObserver } from './exchange-observer.ts';
import type { Log } from '../log.ts';

/** Logs which tools a client has, which the model was offered, and which it called; names only, at level debug. */
export function createToolLog(log: Log): ExchangeObserver {
  return {
    began(response, request, chat) {
      const requested = (request.tools ?? []).flatMap((tool) => toolNames(tool));
      log({
        level: 'debug',
        message: 'tools',
        fields: { response, requested, offered: (chat.tools ?? []).map(chatName) },
      });
    },
    received() {},
    ended(response, final) {
      const called = (final?.output ?? []).flatMap(calledName);
      log({ level: 'debug', message: 'calls', fields: { response, called } });
    },
  };
}

function toolNames(tool: unknown, prefix = ''): string[] {
  if (!isObject(tool)) return [];
  const name = prefix + (typeof tool['name'] === 'string' ? tool['name'] : String(tool['type']));
  return Array.isArray(tool['tools']) ? tool['tools'].flatMap((inner) => toolNames(inner, `${name}.`)) : [name];
}

function chatName(tool: NonNullable<ChatRequest['tools']>[number]): string {
  return tool.type === 'function' ? tool.function.name : tool.type;
}

function calledName(item: OutputItem): string[] {
  if (item.type !== 'function_call' && item.type !== 'custom_tool_call') return [];
  return [item.namespace === undefined ? item.name : `${item.namespace}.${item.name}`];
}
