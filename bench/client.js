// The load client: sends requests as codex does, and checks every answer to the last character.
import { Agent, request as ask } from 'node:http';
import { nowMs, unstamp, wholeText } from './answers.js';
import { serve } from './helper.js';
import { conversation, firstRequest, shortRequest } from './requests.js';

const agent = new Agent({ keepAlive: true, maxSockets: 256 });

/** Sends one request; resolves with what came, read by read. */
function send({ port }, body) {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      accept: 'text/event-stream',
      authorization: 'Bearer bench',
      originator: 'codex_exec',
    };
    const request = ask(
      { host: '127.0.0.1', port, path: '/v1/responses', method: 'POST', headers, agent },
      (answer) => {
        const reads = [];
        answer.on('data', (bytes) => reads.push({ atMs: nowMs(), bytes }));
        answer.on('end', () => (answer.statusCode === 200 ? resolve(reads) : reject(refused(answer, reads))));
        answer.on('error', reject);
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

function refused({ statusCode }, reads) {
  return new Error(`status ${statusCode}: ${Buffer.concat(reads.map(({ bytes }) => bytes)).toString('utf8', 0, 500)}`);
}

/** The text deltas of an answer with the time each was complete. @throws when the answer has no proper end */
function deltasOf(reads, wire) {
  const deltas = [];
  let finalText;
  let rest = Buffer.alloc(0);
  for (const { atMs, bytes } of reads) {
    rest = Buffer.concat([rest, bytes]);
    const end = rest.lastIndexOf('\n\n');
    if (end < 0) continue;
    for (const frame of rest.toString('utf8', 0, end).split('\n\n')) {
      const data = frame.slice(frame.indexOf('data: ') + 6);
      if (data === '[DONE]') finalText ??= deltas.map(({ text }) => text).join('');
      if (!data.startsWith('{')) continue;
      const event = JSON.parse(data);
      const text = wire === 'chat' ? event.choices[0].delta.content : textDelta(event);
      if (text) deltas.push({ atMs, text });
      if (event.type === 'response.completed') finalText = event.response.output.map(itemText).join('');
    }
    rest = rest.subarray(end + 2);
  }
  if (finalText !== deltas.map(({ text }) => text).join('')) throw new Error('the answer has no proper end');
  return deltas;
}

function textDelta(event) {
  return event.type === 'response.output_text.delta' ? event.delta : '';
}

function itemText(item) {
  return item.type === 'message' ? item.content.map((part) => part.text).join('') : '';
}

function expectText(text, chunks) {
  if (text !== wholeText(chunks)) throw new Error(`the text of ${chunks} chunks did not arrive as it was sent`);
}

function expectAnswer(reads, wire, chunks) {
  expectText(
    deltasOf(reads, wire)
      .map(({ text }) => text)
      .join(''),
    chunks,
  );
}

/** `count` streams at once. @returns milliseconds that each paced chunk took, unsorted */
async function streams({ target, count, chunks, paced }) {
  const answers = await Promise.all(Array.from({ length: count }, () => send(target, shortRequest)));
  return answers.flatMap((reads) => {
    if (!paced) return expectAnswer(reads, target.wire, chunks) ?? [];
    const deltas = deltasOf(reads, target.wire).map(({ atMs, text }) => ({ atMs, ...unstamp(text) }));
    expectText(deltas.map(({ text }) => text).join(''), chunks);
    return deltas.map(({ atMs, sentAtMs }) => atMs - sentAtMs);
  });
}

/** Requests one after the other on one connection, answered by one chunk each. */
async function oneByOne(target, body, count) {
  for (let n = 0; n < count; n++) expectAnswer(await send(target, body), target.wire, 1);
}

let growing;
/** One conversation, sent again with one more round each time. @returns the hash that each request should have */
async function conversationRounds({ target, name, bytes, count }) {
  if (growing?.name !== name) growing = { name, conversation: conversation(name, bytes) };
  const hashes = [];
  for (let n = 0; n < count; n++) {
    const { body, roundsHash } = growing.conversation.next();
    expectAnswer(await send(target, body), target.wire, 1);
    hashes.push(roundsHash);
  }
  return hashes;
}

serve({
  streams,
  conversationRounds,
  shortRequests: ({ target, count }) => oneByOne(target, shortRequest, count),
  firstRequests: ({ target, count }) => oneByOne(target, firstRequest, count),
});
