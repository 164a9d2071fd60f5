// What the scripted upstream says. The load client knows it too, so that it can tell whether anything was lost.

const words = ['the', ' proxy', ' passes', ' every', ' tokén', ' "on"', ' 漢字', '\n', ' unchanged', ' \\', ' 🙂', ','];

/** Text of the n-th chunk of a stream. */
export function chunkText(n) {
  return words[n % words.length];
}

/** The text that `count` chunks make. */
export function wholeText(count) {
  let text = '';
  for (let n = 0; n < count; n++) text += chunkText(n);
  return text;
}

/** In front of a paced chunk's text stands when it was sent, so that its way through the proxy can be timed. */
export function stamped(text, nowMs) {
  return `<${nowMs.toFixed(3)}>${text}`;
}

/** Takes the stamp off again. */
export function unstamp(text) {
  const end = text.indexOf('>');
  return { sentAtMs: Number(text.slice(1, end)), text: text.slice(end + 1) };
}

/** Milliseconds of a clock that all processes of one machine share. */
export function nowMs() {
  return Number(process.hrtime.bigint()) / 1e6;
}

const head =
  'data: {"id":"20261121105000a1b2c3d4e5f60718","created":1795000000,"object":"chat.completion.chunk","model":"glm-5.3","choices":[{"index":0,';

/** A chat completion chunk as GLM sends it (docs.z.ai, chat completion reference, 2026-10), as one SSE event. */
export function chunkEvent(text) {
  return `${head}"delta":{"role":"assistant","content":${JSON.stringify(text)}}}]}\n\n`;
}

/** The end of a stream: finish_reason with usage, then the closing mark. */
export const lastEvents = `${head}"finish_reason":"stop","delta":{"role":"assistant","content":""}}],"usage":{"prompt_tokens":12,"completion_tokens":34,"total_tokens":46}}\n\ndata: [DONE]\n\n`;

/** What a Responses server says to codex, for the runs of codex without us. */
export const responsesAnswer = [
  { type: 'response.created', response: { id: 'resp_1' } },
  {
    type: 'response.output_item.done',
    output_index: 0,
    item: { type: 'message', id: 'msg_1', role: 'assistant', content: [{ type: 'output_text', text: 'done' }] },
  },
  {
    type: 'response.completed',
    response: { id: 'resp_1', usage: { input_tokens: 12, output_tokens: 34, total_tokens: 46 } },
  },
]
  .map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
  .join('');
