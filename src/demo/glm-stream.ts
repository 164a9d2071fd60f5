/**
 * An answer as GLM streams it: thinking, then text, then calls (id and name first, arguments in pieces), then a chunk
 * with finish_reason and usage (docs.z.ai, chat completion reference, 2026-10). Pure.
 */
export interface GlmAnswer {
  reasoning?: string;
  text?: string;
  calls?: readonly { id: string; name: string; arguments: string }[];
  /** Default: `tool_calls` when there are calls, else `stop`. */
  finishReason?: string;
}

export interface GlmAnswerFrame {
  id: string;
  model: string;
  createdSeconds: number;
  promptTokens: number;
  cachedTokens: number;
}

/** Characters of text or arguments in one chunk. */
const pieceLength = 24;

/** The chunks of a streamed answer, without the final `[DONE]`. */
export function glmChunks(frame: GlmAnswerFrame, answer: GlmAnswer): Record<string, unknown>[] {
  const { id, model, createdSeconds: created } = frame;
  const chunk = (delta: Record<string, unknown>) => ({
    id,
    created,
    model,
    choices: [{ index: 0, delta: { role: 'assistant', ...delta } }],
  });
  const { reasoning = '', text = '', calls = [] } = answer;
  return [
    ...pieces(reasoning).map((piece) => chunk({ reasoning_content: piece })),
    ...pieces(text).map((piece) => chunk({ content: piece })),
    ...calls.flatMap((call, index) => [
      chunk({ tool_calls: [{ index, id: call.id, type: 'function', function: { name: call.name, arguments: '' } }] }),
      ...pieces(call.arguments).map((piece) => chunk({ tool_calls: [{ index, function: { arguments: piece } }] })),
    ]),
    {
      id,
      created,
      model,
      choices: [{ index: 0, finish_reason: finishReason(answer), delta: { role: 'assistant', content: '' } }],
      usage: usage(frame, answer),
    },
  ];
}

/** The same answer as one `chat.completion`. */
export function glmCompletion(frame: GlmAnswerFrame, answer: GlmAnswer): Record<string, unknown> {
  const { reasoning, text = '', calls = [] } = answer;
  return {
    id: frame.id,
    request_id: frame.id,
    created: frame.createdSeconds,
    model: frame.model,
    choices: [
      {
        index: 0,
        finish_reason: finishReason(answer),
        message: {
          role: 'assistant',
          content: text,
          ...(reasoning === undefined ? {} : { reasoning_content: reasoning }),
          ...(calls.length === 0
            ? {}
            : {
                tool_calls: calls.map((call, index) => ({
                  index,
                  id: call.id,
                  type: 'function',
                  function: { name: call.name, arguments: call.arguments },
                })),
              }),
        },
      },
    ],
    usage: usage(frame, answer),
  };
}

function finishReason(answer: GlmAnswer): string {
  return answer.finishReason ?? ((answer.calls ?? []).length > 0 ? 'tool_calls' : 'stop');
}

function usage(frame: GlmAnswerFrame, answer: GlmAnswer): Record<string, unknown> {
  const reasoningTokens = estimateTokens(answer.reasoning ?? '');
  const written = [answer.text ?? '', ...(answer.calls ?? []).map((call) => call.name + call.arguments)].join('');
  const completionTokens = reasoningTokens + estimateTokens(written);
  return {
    prompt_tokens: frame.promptTokens,
    completion_tokens: completionTokens,
    total_tokens: frame.promptTokens + completionTokens,
    prompt_tokens_details: { cached_tokens: frame.cachedTokens },
    completion_tokens_details: { reasoning_tokens: reasoningTokens },
  };
}

/** Rough: four characters a token. */
export function estimateTokens(text: string): number {
  return Math.ceil(text.length / 4);
}

/** Never cuts a character in two. */
function pieces(text: string): string[] {
  const characters = [...text];
  const count = Math.ceil(characters.length / pieceLength);
  return Array.from({ length: count }, (_, i) => characters.slice(i * pieceLength, (i + 1) * pieceLength).join(''));
}
