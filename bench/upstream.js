// The scripted provider: says what it was told to say, and notes what it was asked.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { chunkEvent, chunkText, lastEvents, nowMs, responsesAnswer, stamped } from './answers.js';
import { serve } from './helper.js';

/** The answer to all requests: `chunks` of them, each in a write of its own, flat out or `perSecond`. */
let script = { chunks: 1, perSecond: 0 };
/** Of the requests since they were last asked for. */
let seen = [];

const server = createServer((request, response) => {
  const arrivedAtMs = nowMs();
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    seen.push({ arrivedAtMs, url: request.url, body: Buffer.concat(parts) });
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.on('error', () => {});
    if (request.url.endsWith('/responses') && script.native) response.end(responsesAnswer);
    else if (script.perSecond > 0) sendPaced(response, script);
    else void sendFlatOut(response, script);
  });
});
server.keepAliveTimeout = 600_000;

/** Each chunk goes out in a write of its own, as from a model: node joins the writes of one turn of its loop. */
async function sendFlatOut(response, { chunks }) {
  for (let n = 0; n < chunks && !response.destroyed; n++) {
    if (!response.write(chunkEvent(chunkText(n))))
      await Promise.race([once(response, 'drain'), once(response, 'close')]);
    await turn();
  }
  response.end(lastEvents);
}

function sendPaced(response, { chunks, perSecond }) {
  const startedAtMs = nowMs() + (Math.random() * 1000) / perSecond;
  let n = 0;
  const tick = () => {
    if (response.destroyed) return;
    if (n === chunks) return response.end(lastEvents);
    response.write(chunkEvent(stamped(chunkText(n), nowMs())));
    n++;
    setTimeout(tick, startedAtMs + (n * 1000) / perSecond - nowMs());
  };
  setTimeout(tick, startedAtMs - nowMs());
}

function once(emitter, event) {
  return new Promise((resolve) => emitter.once(event, resolve));
}

/** All tool rounds of a request, in order, as one hash: whatever the wire, the model has to be shown these. */
function roundsHash(body) {
  const { messages, input } = JSON.parse(body.toString());
  const parts = messages
    ? messages.flatMap(({ role, content, tool_calls: calls = [] }) =>
        role === 'tool' ? [content] : calls.map((call) => call.function.arguments),
      )
    : input.flatMap(({ type, output, arguments: text }) =>
        type === 'function_call_output' ? [output] : type === 'function_call' ? [text] : [],
      );
  return createHash('sha256').update(parts.join('\0')).digest('hex');
}

serve({
  listen: () => new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve({ port: server.address().port }))),
  say: (next) => {
    script = next;
    seen = [];
  },
  seen: ({ withHashes = false }) => {
    const taken = seen;
    seen = [];
    return taken.map(({ arrivedAtMs, url, body }) => ({
      arrivedAtMs,
      url,
      ...(withHashes && { roundsHash: roundsHash(body) }),
    }));
  },
});
