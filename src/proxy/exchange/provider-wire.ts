import { rulesFor, type ModelDescription, type ProviderDescription } from '../../catalog/provider.ts';
import type { ChatCompletionChunk, ChatRequest } from '../../protocol/chat.ts';
import type { ResponsesRequest } from '../../protocol/responses.ts';
import type { PostBody } from '../../provider/post.ts';
import { createEventReader, endOfEvents, readEvent } from '../../translate/native/read-event.ts';
import { toNativeRequest } from '../../translate/native/to-native-request.ts';
import { createChatEncoder } from './encode-chat.ts';
import { isObject } from '../../translate/request/parse-request.ts';
import type { ToolNames } from '../../translate/request/tool-names.ts';

/** What a request's body is made of, besides the chat request itself. */
export interface BodyContext {
  /** What the client asked for. */
  request: ResponsesRequest;
  model: ModelDescription;
  tools: ToolNames;
}

/**
 * How one provider is spoken to. An exchange thinks in chat requests and chunks, in which everything is repaired; a
 * provider that is reached by its own Responses endpoint gets them in the words of that API.
 */
export interface ProviderWire {
  /** The provider as the translation has to see it. */
  provider: ProviderDescription;
  /** The same for one of its models. */
  modelOf(model: ModelDescription): ModelDescription;
  /** The body to send: JSON. */
  bodyOf(chat: ChatRequest, context: BodyContext): PostBody;
  /** The chunks in one answer's frames, still grouped by read. */
  chunksOf(frames: AsyncIterable<readonly object[]>): AsyncIterable<readonly ChatCompletionChunk[]>;
}

export function wireOf(provider: ProviderDescription): ProviderWire {
  return provider.wire === 'responses' ? responsesWire(provider) : chatWire(provider);
}

function chatWire(provider: ProviderDescription): ProviderWire {
  return {
    provider,
    modelOf: (model) => model,
    bodyOf: createChatEncoder(),
    chunksOf: (frames) => frames,
  };
}

function responsesWire(provider: ProviderDescription): ProviderWire {
  const rules = provider.responsesRules ?? {};
  const ownRules = {
    // the provider's reasoning items travel as details
    reasoningEcho: rules.withoutReasoningEcho ? 'none' : 'reasoning_details',
    // a developer message may stand anywhere: that is how codex itself speaks to these endpoints
    lateSystemMessages: true,
  } as const;
  return {
    provider: { ...provider, rules: { ...provider.rules, ...ownRules } },
    // the reasoning of one wire is of no use to the other
    modelOf: (model) => ({ ...model, family: `${model.family}+responses`, rules: { ...model.rules, ...ownRules } }),
    bodyOf(chat, context) {
      const { dropParams } = rulesFor(context.model, provider.rules);
      return JSON.stringify(toNativeRequest(chat, { ...context, rules, dropParams }));
    },
    chunksOf: readEvents,
  };
}

async function* readEvents(frames: AsyncIterable<readonly object[]>): AsyncGenerator<ChatCompletionChunk[]> {
  const reader = createEventReader();
  for await (const group of frames) {
    const chunks: ChatCompletionChunk[] = [];
    for (const frame of group) {
      const chunk = isObject(frame) ? readEvent(reader, frame) : undefined;
      if (chunk) chunks.push(chunk);
    }
    if (chunks.length > 0) yield chunks;
  }
  const last = endOfEvents(reader);
  if (last) yield [last];
}
